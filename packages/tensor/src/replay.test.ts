// References: the oracle stepped from the same state, a program compiled afresh for every step, and published vectors of random bits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  type Backend,
  compile,
  deriveKey,
  f32,
  interpret,
  inverseNormal,
  randomBits,
  randomNormal,
  threefry2x32,
  trace,
  u32,
  uniformFromBits,
} from './index';
import { compiledBackends, type TestedOptions } from './testing/backends';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from './testing/train-program';

const STEPS = 5;
const names = ['params', 'm', 'v', 'average'] as const;

async function replayed(backend: Backend, options: TestedOptions): Promise<Float32Array[]> {
  using program = await compile(backend, trainSpec, trainBuild, options);
  program.state.write('params', trainWeights());
  program.state.write('average', trainWeights());
  for (let step = 0; step < STEPS; step++) await program.run(trainInputs(step), trainScalars(step));
  return Promise.all(names.map(async (n) => (await program.state.read(n)) as Float32Array));
}

describe.each(compiledBackends)('%s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  describe('a replayed train step', () => {
    it('equals a program compiled afresh for every step, bit for bit', async () => {
      using store = backend.openStore(trainSpec.state);
      store.write('params', trainWeights());
      store.write('average', trainWeights());
      for (let step = 0; step < STEPS; step++) {
        using program = await compile(backend, trainSpec, trainBuild, { store });
        await program.run(trainInputs(step), trainScalars(step));
        await program.read('loss');
      }
      const fresh = await Promise.all(names.map((n) => store.read(n)));
      expect(await replayed(backend, {})).toEqual(fresh);
    });

    for (const generic of [true, false]) {
      it(`equals the oracle over ${STEPS} steps, ${generic ? 'generic lowering' : 'fast kernels'}`, async () => {
        const graph = trace(trainSpec, trainBuild);
        let state: Record<string, ArrayLike<number>> = { params: trainWeights(), average: trainWeights() };
        for (let step = 0; step < STEPS; step++) {
          state = interpret(graph, { inputs: trainInputs(step), state, scalars: trainScalars(step) }).state;
        }
        const got = await replayed(backend, { generic });
        names.forEach((name, i) => {
          const truth = state[name]!;
          const scale = Math.max(...Array.from(truth, Math.abs));
          const worst = Math.max(...Array.from(truth, (t, j) => Math.abs(t - got[i]![j]!)));
          expect(worst / scale, name).toBeLessThan(1e-4);
        });
      });
    }
  });

  it('swaps two states', async () => {
    const spec = { state: { x: f32(70), y: f32(70) } } as const;
    using program = await compile(backend, spec, ({ state }) => ({ state: { x: state.y, y: add(state.x, 1) } }));
    program.state.write('y', new Float32Array(70).fill(5));
    await program.run();
    expect(await program.state.read('x')).toEqual(new Float32Array(70).fill(5));
    expect(await program.state.read('y')).toEqual(new Float32Array(70).fill(1));
  });

  describe('random numbers', () => {
    const keys = Uint32Array.from([0, 1, 2].flatMap((i) => deriveKey(42, 7, 3, i)));
    it('has the bits of threefry and normals within 2e-6 of the exact quantile formula', async () => {
      using program = await compile(backend, { inputs: { keys: u32(3, 2) } }, ({ inputs }) => ({
        outputs: { bits: randomBits(inputs.keys, [1001], 4), normal: randomNormal(inputs.keys, [1001], 4) },
      }));
      await program.run({ keys });
      const [bits, normal] = [await program.read('bits'), await program.read('normal')];
      let worst = 0;
      bits.forEach((b, i) => {
        const row = Math.floor(i / 1001);
        expect(b).toBe(threefry2x32([keys[2 * row]!, keys[2 * row + 1]!], [i % 1001, 4])[0]);
        worst = Math.max(worst, Math.abs(normal[i]! - inverseNormal(uniformFromBits(b))));
      });
      expect(worst).toBeLessThan(2e-6);
    });
  });
});
