import { readFile } from 'node:fs/promises';
import { flattenParameters, parameterViews } from '@noisesmith/diffusion';
import { readSafetensors } from '@noisesmith/formats';
import { compile, type Device, f32, Store } from '@noisesmith/tensor';
import type { ModelConfig } from '../../configs';
import type { Verification } from '../../protocol';
import { norm, relativeL2 } from '../../statistics';
import {
  inputSpec,
  inputsOf,
  lossAndGradient,
  networkOf,
  optimizerScalars,
  scalarsAt,
  stateSpec,
  update,
} from './train-step';

/** The settings behind the `train.*` and `lamb1.*` tensors of a `rin-fixture-1` file; the EMA's is this check's own. */
const inputScale = 0.5;
const learningRate = 1e-2;
const emaDecay = 0.75;

/** The gradient of a key bias is zero in exact arithmetic, and LAMB makes steps out of its rounding noise. */
const isKeyBias = (name: string) => name.endsWith('.attn.k.bias');

/**
 * Compares loss, gradients, one LAMB step and one EMA step with the float64 results of a fixture.
 * @throws Error when the file is of another format or lacks a tensor
 */
export async function verify(device: Device, path: string): Promise<Verification> {
  const { metadata, tensors } = readSafetensors(await readFile(path), { name: path });
  if (metadata.format !== 'rin-fixture-1') {
    throw new Error(`${path}: format is ${JSON.stringify(metadata.format)}, expected "rin-fixture-1"`);
  }
  const network = networkOf(JSON.parse(metadata.config ?? 'null') as ModelConfig);
  const { layout } = network;
  const read = (name: string): Float32Array<ArrayBuffer> => {
    const found = tensors.get(name);
    if (found?.dtype !== 'F32') throw new Error(`${path}: no F32 tensor ${JSON.stringify(name)}`);
    return found.data as Float32Array<ArrayBuffer>;
  };
  const names = layout.segments.map(({ name }) => name);
  const inFile = [...tensors.keys()].filter((name) => name.startsWith('param.')).length;
  if (inFile !== names.length) throw new Error(`${path}: ${inFile} parameters, expected ${names.length}`);
  const under = (prefix: string) =>
    flattenParameters(layout, new Map(names.map((name) => [name, read(`${prefix}.${name}`)])));
  const start = under('param');
  const gamma = read('train.gamma');

  using store = new Store(device, stateSpec(layout));
  store.write('params', start);
  store.write('average', start);
  const spec = { inputs: inputSpec(network, gamma.length), state: { params: layout } };
  using forwardAndBack = await compile(
    device,
    spec,
    ({ inputs, state }) => ({ outputs: { ...lossAndGradient(network, state.params.tensors, inputs, inputScale) } }),
    { store },
  );
  const batch = {
    img01: read('train.img01'),
    onehot: network.classes > 0 ? read('train.onehot') : new Float32Array(),
    gamma,
    noise: read('train.noise'),
    scMask: read('train.sc_mask'),
  };
  await forwardAndBack.run(inputsOf(network, batch));
  const expectedLoss = read('train.loss')[0]!;
  const lossRelError = Math.abs((await forwardAndBack.read('loss'))[0]! - expectedLoss) / expectedLoss;
  const gradient = parameterViews(layout, (await forwardAndBack.read('gradient')) as Float32Array);
  const gradWorst = Math.max(
    ...names.map((name) => {
      const expected = read(`grad.${name}`);
      const scale = isKeyBias(name) ? read(`grad.${name.replace(/bias$/, 'weight')}`) : expected;
      return relativeL2(gradient.get(name)!, expected, norm(scale));
    }),
  );

  // The file's gradients, not the ones just computed: the first LAMB step is a sign function of the gradient, so an
  // element at rounding level would flip.
  using step = await compile(
    device,
    { inputs: { gradient: f32(layout.size) }, state: stateSpec(layout), scalars: optimizerScalars },
    ({ inputs, state, scalars }) => ({ state: update(layout, state, inputs.gradient, scalars) }),
    { store },
  );
  await step.run({ gradient: under('grad') }, scalarsAt(1, learningRate, emaDecay));
  const before = parameterViews(layout, start);
  const expectedAfter = parameterViews(layout, under('lamb1'));
  /** The largest relative error of the move from the start, of which `share` was to be made. */
  const worstMove = async (state: 'params' | 'average', share: number): Promise<number> => {
    const after = parameterViews(layout, (await store.read(state)) as Float32Array);
    const errors = names.flatMap((name) => {
      if (isKeyBias(name)) return [];
      const origin = before.get(name)!;
      const expected = expectedAfter.get(name)!.map((value, i) => share * (value - origin[i]!));
      return relativeL2(
        after.get(name)!.map((value, i) => value - origin[i]!),
        expected,
      );
    });
    return Math.max(...errors);
  };
  return {
    lossRelError,
    gradWorst,
    lambWorst: await worstMove('params', 1),
    emaWorst: await worstMove('average', 1 - emaDecay),
  };
}
