import {
  type Backend,
  compileGraph,
  type Device,
  type Graph,
  type Program,
  type TemporaryStorage,
  type TuningTable,
  type TypedArray,
} from '@noisesmith/tensor';

/** A program that a run uses, with values to time it on. */
export interface RunProgram {
  /** For messages, e.g. `training step`. */
  readonly name: string;
  readonly graph: Graph;
  readonly storage: TemporaryStorage;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly state?: Readonly<Record<string, Float32Array>>;
}

const ROUNDS = 2;
const LEAST_RUNS = 3;
const LEAST_MILLISECONDS = 500;

function zeros({ inputs = {} }: Graph['spec']): Record<string, TypedArray> {
  const entries = Object.entries(inputs).map(([name, { dtype, shape }]): [string, TypedArray] => {
    const size = shape.reduce((product, n) => product * n, 1);
    return [name, dtype === 'f32' ? new Float32Array(size) : new Uint32Array(size)];
  });
  return Object.fromEntries(entries);
}

/** Milliseconds of single runs, each from its submission to its end. */
async function timeRuns(
  backend: Backend,
  program: Program,
  { graph, scalars, state = {} }: RunProgram,
): Promise<number[]> {
  const inputs = zeros(graph.spec);
  const given = Object.fromEntries((graph.spec.scalars ?? []).map((name) => [name, scalars?.[name] ?? 0]));
  for (const [name, values] of Object.entries(state)) program.state.write(name, values);
  const run = async (): Promise<number> => {
    const start = performance.now();
    await program.run(inputs, given);
    await backend.idle();
    return performance.now() - start;
  };
  // The first run finishes compiling.
  await run();
  const times: number[] = [];
  for (let total = 0; total < LEAST_MILLISECONDS || times.length < LEAST_RUNS; total += times.at(-1)!) {
    times.push(await run());
  }
  return times;
}

/** Milliseconds of runs of one program with each of several tables, in turn, so that what else goes on meets all alike. */
export async function timeTables(
  device: Device,
  program: RunProgram,
  tables: readonly TuningTable[],
): Promise<readonly (readonly number[])[]> {
  // A table that comes again in the next round need not be compiled again.
  using _pipelines = device.keepPipelines();
  const timesWith = async (tuning: TuningTable): Promise<readonly number[]> => {
    using compiled = await compileGraph(device, program.graph, { tuning, storage: program.storage });
    return await timeRuns(device, compiled, program);
  };
  const times = tables.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, tuning] of tables.entries()) times[i]!.push(...(await timesWith(tuning)));
  }
  return times;
}
