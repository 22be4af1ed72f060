import type { ProgramArguments, ProgramResult } from '../index';
import * as ops from '../index';
import type { TypedArray } from '../ir/dtype';
import { blockInputs, blockLoss, blockParameters, blockValues } from './latent-block';
import { lambUpdate, trainScalars } from './train-program';

const layout = ops.layoutOf(
  Object.fromEntries(Object.entries(blockParameters).map(([name, { shape }]) => [name, shape])),
);
const [batch, tokens, width] = blockInputs.x.shape as [number, number, number];

/** A train step of a network with the parts of a RIN: noise by counter, attention both ways, gradients, LAMB, the average. */
export const latentSpec = {
  inputs: { image: blockInputs.x, z: blockInputs.z, keys: ops.u32(batch, 2) },
  state: { params: layout, m: layout, v: layout, average: layout },
  scalars: ['lr', 'correction1', 'correction2', 'decay'],
} as const;

export function latentBuild({ inputs, state, scalars }: ProgramArguments<typeof latentSpec>): ProgramResult {
  const noise = ops.randomNormal(inputs.keys, [tokens, width], 1);
  const x = ops.add(ops.mul(inputs.image, 0.8), ops.mul(noise, 0.6));
  const p = state.params.tensors;
  const loss = blockLoss({ ...p, x, z: inputs.z, target: noise });
  const gradients = ops.grad(loss, p);
  return { outputs: { loss }, state: lambUpdate(layout, state, gradients, scalars) };
}

/** Losses in order, and the states after the last step. */
export type Trained = Readonly<Record<string, TypedArray | Float64Array>>;

function firstStates(): Record<'params' | 'average', Float32Array> {
  const values = blockValues();
  const weights = new Float32Array(layout.size);
  for (const { name, offset } of layout.segments) weights.set(values[name]!, offset);
  return { params: weights, average: weights };
}

function valuesOf(step: number) {
  const { x, z } = blockValues();
  const keys = Array.from({ length: batch }, (_, i) => ops.deriveKey(11, 5, step, i));
  return { inputs: { image: x!, z: z!, keys: Uint32Array.from(keys.flat()) }, scalars: trainScalars(step) };
}

/** Trains for some steps from fixed weights on fixed images. */
export async function trainLatents(program: ops.Program, steps: number): Promise<Trained> {
  for (const [name, data] of Object.entries(firstStates())) program.state.write(name, data);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { inputs, scalars } = valuesOf(step);
    await program.run(inputs, scalars);
    losses.push((await program.read('loss'))[0]!);
  }
  const names = Object.keys(latentSpec.state);
  const states = await Promise.all(names.map(async (name) => [name, await program.state.read(name)] as const));
  return { loss: Float32Array.from(losses), ...Object.fromEntries(states) };
}

/** The same in double precision. */
export function interpretLatents(steps: number): Trained {
  const graph = ops.trace(latentSpec, latentBuild);
  let state: Readonly<Record<string, ArrayLike<number>>> = firstStates();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const result = ops.interpret(graph, { ...valuesOf(step), state });
    state = result.state;
    losses.push(result.outputs.loss![0]!);
  }
  return { loss: Float64Array.from(losses), ...(state as Record<string, Float64Array>) };
}
