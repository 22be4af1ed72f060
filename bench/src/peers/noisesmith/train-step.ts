import type { Denoiser } from '@noisesmith/diffusion';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import { f32, grad, type Layout, lamb, pack, type StateSpec, type Tensor, type TypedArray } from '@noisesmith/tensor';
import { trainingLoss } from '@noisesmith/training';
import type { BenchConfig, ModelConfig } from '../../configs';
import type { HostBatch } from '../../random-batch';

/** The network of a bench config or of a fixture's metadata. */
export function networkOf(config: ModelConfig | BenchConfig): RinDenoiser {
  const { name: _, batch: __, ...model } = { name: '', batch: 0, ...config };
  return rin(rinConfigFromMetadata(JSON.stringify(model)));
}

/** Flat vectors of the step, all of the network's layout. */
export const stateSpec = (layout: Layout) =>
  ({ params: layout, firstMoment: layout, secondMoment: layout, average: layout }) satisfies Record<string, StateSpec>;

export const optimizerScalars = ['learningRate', 'correction1', 'correction2', 'emaDecay'] as const;

/** The bias corrections of step 1, 2, … beside the given rates. */
export const scalarsAt = (step: number, learningRate: number, emaDecay: number): Record<string, number> => ({
  learningRate,
  correction1: 1 / (1 - 0.9 ** step),
  correction2: 1 / (1 - 0.999 ** step),
  emaDecay,
});

/** Tensors that a batch becomes on the device; see {@link inputsOf}. */
export const inputSpec = ({ classes, imageShape, timeFeatures }: Denoiser, batch: number) => ({
  image: f32(batch, ...imageShape),
  noise: f32(batch, ...imageShape),
  alpha: f32(batch),
  sigma: f32(batch),
  timeFeatures: f32(batch, timeFeatures.width),
  mask: f32(batch),
  ...(classes > 0 && { classes: f32(batch, classes) }),
});

/** What is uploaded for a batch. What depends on gamma is computed here, in double precision. */
export function inputsOf({ classes, timeFeatures }: Denoiser, batch: HostBatch): Record<string, TypedArray> {
  const { gamma, img01, noise, onehot, scMask } = batch;
  return {
    image: img01 as Float32Array<ArrayBuffer>,
    noise: noise as Float32Array<ArrayBuffer>,
    alpha: gamma.map(Math.sqrt),
    sigma: gamma.map((g) => Math.sqrt(1 - g)),
    timeFeatures: timeFeatures.compute(gamma),
    mask: scMask as Float32Array<ArrayBuffer>,
    ...(classes > 0 && { classes: onehot as Float32Array<ArrayBuffer> }),
  };
}

/** Epsilon loss of the two passes, and its flat gradient. */
export function lossAndGradient(
  network: Denoiser,
  parameters: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Tensor>>,
  inputScale: number,
): { loss: Tensor; gradient: Tensor } {
  const { image, noise, alpha, sigma, timeFeatures, mask, classes } = inputs;
  const labels = classes ? { classes } : {};
  const { loss } = trainingLoss(
    network,
    parameters,
    {
      image: image!,
      noise: noise!,
      alpha: alpha!,
      sigma: sigma!,
      timeFeatures: timeFeatures!,
      ...labels,
      first: { mask: mask!, ...labels },
    },
    { inputScale, normalize: true, predictionType: 'eps', loss: 'eps' },
  );
  const gradients = grad(loss, parameters);
  const { segments, size } = network.layout;
  const parts = segments.map(({ name }) => gradients[name]!);
  return { loss, gradient: pack(parts, segments, size) };
}

type Flat = Readonly<Record<keyof ReturnType<typeof stateSpec>, { readonly flat: Tensor }>>;

/** LAMB with its exclusions and the moving average; the new state. */
export function update(
  layout: Layout,
  state: Flat,
  gradients: Tensor,
  scalars: Readonly<Record<(typeof optimizerScalars)[number], Tensor>>,
): Record<keyof Flat, Tensor> {
  const { weights, ...moments } = lamb(
    layout,
    {
      weights: state.params.flat,
      gradients,
      firstMoment: state.firstMoment.flat,
      secondMoment: state.secondMoment.flat,
      average: state.average.flat,
    },
    scalars,
    {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 1e-2,
      exclude: (name) => /\.(bias|gamma|beta)$/.test(name),
    },
  );
  return { params: weights, ...moments };
}
