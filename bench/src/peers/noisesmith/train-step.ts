import type { Denoiser } from '@noisesmith/diffusion';
import { f32, grad, type Layout, lamb, pack, type StateSpec, type Tensor, type TypedArray } from '@noisesmith/tensor';
import { trainingLoss } from '@noisesmith/training';
import { isExcluded, type OptimizerSettings } from '../../optimizer-settings';
import type { HostBatch } from '../../random-batch';

/** Flat vectors of the step, all of the network's layout. */
export const stateSpec = (layout: Layout) =>
  ({ params: layout, firstMoment: layout, secondMoment: layout, average: layout }) satisfies Record<string, StateSpec>;

export const optimizerScalars = ['learningRate', 'correction1', 'correction2', 'emaDecay'] as const;

/** The bias corrections of step 1, 2, … beside the rates. */
export const scalarsAt = (step: number, settings: OptimizerSettings): Record<string, number> => ({
  learningRate: settings.learningRate,
  correction1: 1 / (1 - settings.beta1 ** step),
  correction2: 1 / (1 - settings.beta2 ** step),
  emaDecay: settings.emaDecay,
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
    image: img01,
    noise: noise,
    alpha: gamma.map(Math.sqrt),
    sigma: gamma.map((g) => Math.sqrt(1 - g)),
    timeFeatures: timeFeatures.compute(gamma),
    mask: scMask,
    ...(classes > 0 && { classes: onehot }),
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
  { beta1, beta2, epsilon, weightDecay }: OptimizerSettings,
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
    { beta1, beta2, epsilon, weightDecay, exclude: isExcluded },
  );
  return { params: weights, ...moments };
}
