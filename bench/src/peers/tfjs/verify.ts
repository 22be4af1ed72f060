import { readFile } from 'node:fs/promises';
import { type NdArray, readSafetensors } from '@noisesmith/formats';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../../configs';
import type { Verification } from '../../protocol';
import { norm, relativeL2 } from '../../statistics';
import { parameterSpecs } from './parameters';
import { applyGradients, disposeState, initialState, lossAndGradients, type OptimizerSettings } from './train-step';

/** The settings behind the `train.*` and `lamb1.*` tensors of a `rin-fixture-1` file; the EMA's is this check's own. */
const inputScale = 0.5;
const optimizer: OptimizerSettings = {
  learningRate: 1e-2,
  weightDecay: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  emaDecay: 0.75,
};

/** The gradient of a key bias is zero in exact arithmetic, and LAMB makes steps out of its rounding noise. */
const isKeyBias = (name: string) => name.endsWith('.attn.k.bias');

/**
 * Compares loss, gradients, one LAMB step and one EMA step with the float64 results of a fixture.
 * @throws Error when the file is of another format or lacks a tensor
 */
export async function verify(path: string): Promise<Verification> {
  const { metadata, tensors } = readSafetensors(await readFile(path), { name: path });
  if (metadata.format !== 'rin-fixture-1') {
    throw new Error(`${path}: format is ${JSON.stringify(metadata.format)}, expected "rin-fixture-1"`);
  }
  const config = JSON.parse(metadata.config ?? 'null') as ModelConfig;
  const read = (name: string): Float32Array => {
    const found: NdArray | undefined = tensors.get(name);
    if (found?.dtype !== 'F32') throw new Error(`${path}: no F32 tensor ${JSON.stringify(name)}`);
    return found.data;
  };

  const specs = parameterSpecs(config);
  const inFile = [...tensors.keys()].filter((name) => name.startsWith('param.')).length;
  if (inFile !== specs.length) throw new Error(`${path}: ${inFile} parameters, expected ${specs.length}`);
  const shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
  const starts = new Map(specs.map(({ name }) => [name, read(`param.${name}`)]));
  const batch = {
    img01: read('train.img01'),
    onehot: config.classes > 0 ? read('train.onehot') : new Float32Array(),
    gamma: read('train.gamma'),
    noise: read('train.noise'),
    scMask: read('train.sc_mask'),
  };

  const state = initialState(starts, shapes);
  const { loss, gradients } = lossAndGradients(state.parameters, config, batch, inputScale);
  const expectedLoss = read('train.loss')[0]!;
  const lossRelError = Math.abs((await loss.data())[0]! - expectedLoss) / expectedLoss;
  const gradWorst = await worst(gradients, (name, actual) => {
    const expected = read(`grad.${name}`);
    const scale = isKeyBias(name) ? read(`grad.${name.replace(/bias$/, 'weight')}`) : expected;
    return relativeL2(actual, expected, norm(scale));
  });

  // The file's gradients, not the ones just computed: the first LAMB step is a sign function of the gradient, so an
  // element at rounding level would flip.
  const exact = new Map(specs.map(({ name, shape }) => [name, tf.tensor(read(`grad.${name}`), shape)]));
  applyGradients(state, exact, optimizer);
  const compared = (values: ReadonlyMap<string, tf.Tensor>) =>
    new Map([...values].filter(([name]) => !isKeyBias(name)));
  const move = (name: string, values: Float32Array) => values.map((value, i) => value - starts.get(name)![i]!);
  const lambWorst = await worst(compared(state.parameters), (name, actual) =>
    relativeL2(move(name, actual), move(name, read(`lamb1.${name}`))),
  );
  const emaWorst = await worst(compared(state.ema), (name, actual) => {
    const expected = move(name, read(`lamb1.${name}`)).map((value) => (1 - optimizer.emaDecay) * value);
    return relativeL2(move(name, actual), expected);
  });

  tf.dispose([loss, ...gradients.values(), ...exact.values()]);
  disposeState(state);
  return { lossRelError, gradWorst, lambWorst, emaWorst };
}

/** The largest error over all tensors; NaN when any is NaN. */
async function worst(
  values: ReadonlyMap<string, tf.Tensor>,
  error: (name: string, actual: Float32Array) => number,
): Promise<number> {
  const errors: number[] = [];
  for (const [name, tensor] of values) errors.push(error(name, (await tensor.data()) as Float32Array));
  return Math.max(...errors);
}
