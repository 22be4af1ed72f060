import { parameterCount, rin, rinConfig } from '@noisesmith/rin';
import {
  type Backend,
  choicesOf,
  leastProfile,
  makePlan,
  NoAdapterError,
  type Plan,
  type PlanBytes,
  planBytes,
  type Target,
  type TuningTable,
  webgpuTarget,
} from '@noisesmith/tensor';
import { trainPrograms } from '@noisesmith/training';
import type { RunConfig } from './config';

/** What a run would need, found without making a buffer. */
export interface RunPlan {
  readonly parameters: number;
  /** Bytes of all memory that the training step takes. */
  readonly bytes: number;
  /** Those of them that hold what a step computes on its way, such as values kept for the gradient. */
  readonly temporaryBytes: number;
  /** The programs of the training step in order, and how often a step runs each. */
  readonly parts: readonly { readonly plan: Plan; readonly runs: number }[];
}

/** What programs are planned for here: the backend that opens, or the least adapter that any has. */
export async function targetHere(open: () => Promise<Backend>): Promise<Target> {
  try {
    using backend = await open();
    return backend.target;
  } catch (error) {
    if (error instanceof NoAdapterError) return webgpuTarget(leastProfile);
    throw error;
  }
}

/** Parameters and planned bytes of a run on a target, with the kernels of a table or those that come with the engine. */
export function planRun({ model, train }: RunConfig, target: Target, tuning?: TuningTable): RunPlan {
  const config = rinConfig(model);
  const net = rin(config);
  const { storage } = train;
  const options = { storage, ...(tuning && { choices: choicesOf(tuning) }) };
  const parts = trainPrograms(net, train).map(({ graph, runs }) => {
    const plan = makePlan(graph, target, options);
    return { plan, runs, bytes: planBytes(graph, plan) };
  });
  const total = (of: (bytes: PlanBytes) => number): number => parts.reduce((sum, { bytes }) => sum + of(bytes), 0);
  return {
    parameters: parameterCount(config),
    // The last program has all of the state.
    bytes: parts.at(-1)!.bytes.state + total(({ temporary, other }) => temporary + other),
    temporaryBytes: total(({ temporary }) => temporary),
    parts,
  };
}
