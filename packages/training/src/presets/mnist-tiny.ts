import { trainConfig } from '../config';
import { modelConfig, type Preset } from './preset';

/** Digits of 14x14 pixels, small enough for a computer without a GPU. */
export const mnistTiny: Preset = {
  name: 'mnist-tiny',
  title: 'MNIST digits at 14x14, minutes without a GPU',
  model: modelConfig({
    image: [14, 14],
    channels: 1,
    patch: 2,
    latents: 16,
    latentDim: 128,
    tapeDim: 64,
    blocks: [1, 1],
    heads: 4,
    rwHeads: 4,
    tapeMlp: 2,
    classes: 10,
  }),
  data: { source: 'mnist', size: 14, channels: 1, resize: 'area', crop: 'none', flip: false },
  train: trainConfig({
    steps: 3000,
    batch: 8,
    schedule: 'simple_linear',
    inputScale: 1,
    predictionType: 'v',
    selfConditioning: { rate: 0.9 },
    labelDropout: 0.1,
    optimizer: { name: 'adamw', weightDecay: 0.01 },
    learningRate: { base: 1e-3, warmup: 200, decay: 'cosine@1' },
    ema: { decay: 0.999, warmup: 'ramp' },
    stratifyTime: true,
  }),
  sampling: { steps: 50, sampler: 'ddim', schedule: 'cosine', guidance: 1 },
  notes: [],
};
