import { parameterCount, rin, rinConfig } from '@noisesmith/rin';
import {
  type AdapterProfile,
  type Device,
  type Graph,
  leastProfile,
  makePlan,
  NoAdapterError,
} from '@noisesmith/tensor';
import { accumulateStep, applyStep, trainState, trainStep } from '@noisesmith/training';
import type { RunConfig } from '../config/run-config';

/** What a run would need, found without making a buffer. */
export interface RunPlan {
  readonly parameters: number;
  /** Bytes of all GPU buffers of the training step. */
  readonly bytes: number;
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
function programBytes(graph: Graph, profile: AdapterProfile): number {
  const { data, packs, scalars, slots } = makePlan(graph, profile);
  const inputs = Object.values(graph.spec.inputs ?? {}).map(({ shape }) => product(shape));
  const elements = [...slots, ...packs, ...data.map(({ length }) => length), ...inputs, scalars.length];
  return elements.reduce((sum, n) => sum + n, 0) * BYTES_PER_ELEMENT;
}

/** Parameters and planned bytes of a run on an adapter. */
export function planRun({ model, train }: RunConfig, profile: AdapterProfile): RunPlan {
  const config = rinConfig(model);
  const net = rin(config);
  const graphs =
    train.accumulation === 1 ? [trainStep(net, train)] : [accumulateStep(net, train), applyStep(net, train)];
  const state = Object.keys(trainState(net, train)).length * net.layout.size * BYTES_PER_ELEMENT;
  const programs = graphs.reduce((sum, graph) => sum + programBytes(graph, profile), 0);
  return { parameters: parameterCount(config), bytes: state + programs };
}
