import { parameterCount, rin, rinConfig } from '@noisesmith/rin';
import {
  type AdapterProfile,
  choicesOf,
  type Device,
  type Graph,
  leastProfile,
  makePlan,
  NoAdapterError,
  type Plan,
  type TuningTable,
} from '@noisesmith/tensor';
import { trainState } from '@noisesmith/training';
import type { RunConfig } from './config';
import { stepGraphs } from './step-graphs';

/** What a run would need, found without making a buffer. */
export interface RunPlan {
  readonly parameters: number;
  /** Bytes of all GPU buffers of the training step. */
  readonly bytes: number;
  /** Those of them that hold what a step computes on its way, such as values kept for the gradient. */
  readonly temporaryBytes: number;
  /** The programs of the training step in order, and how often a step runs each. */
  readonly parts: readonly { readonly plan: Plan; readonly runs: number }[];
}

const BYTES_PER_ELEMENT = 4;

/** What kernels may rely on here: how a step is planned depends on it. */
export async function adapterProfile(openDevice: () => Promise<Device>): Promise<AdapterProfile> {
  try {
    using device = await openDevice();
    return device.profile;
  } catch (error) {
    if (error instanceof NoAdapterError) return leastProfile;
    throw error;
  }
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Bytes of the buffers that a program makes besides its state. */
function programBytes(graph: Graph, { data, packs, scalars, slots }: Plan): number {
  const inputs = Object.values(graph.spec.inputs ?? {}).map(({ shape }) => product(shape));
  const elements = [...packs, ...data.map(({ length }) => length), ...inputs, scalars.length];
  const total = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0);
  return total(slots) + total(elements) * BYTES_PER_ELEMENT;
}

/** Parameters and planned bytes of a run on an adapter, with the kernels of a table or those that come with the engine. */
export function planRun({ model, train }: RunConfig, profile: AdapterProfile, tuning?: TuningTable): RunPlan {
  const config = rinConfig(model);
  const net = rin(config);
  const graphs = stepGraphs(net, train);
  const { storage } = train;
  const options = { storage, ...(tuning && { choices: choicesOf(tuning) }) };
  const parts = graphs.map(({ graph, runs }) => ({ graph, runs, plan: makePlan(graph, profile, options) }));
  const state = Object.keys(trainState(net, train)).length * net.layout.size * BYTES_PER_ELEMENT;
  const programs = parts.reduce((sum, { graph, plan }) => sum + programBytes(graph, plan), 0);
  const temporary = parts.flatMap(({ plan }) => plan.slots).reduce((sum, n) => sum + n, 0);
  return {
    parameters: parameterCount(config),
    bytes: state + programs,
    temporaryBytes: temporary,
    parts: parts.map(({ plan, runs }) => ({ plan, runs })),
  };
}
