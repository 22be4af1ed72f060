import { rinConfig } from '@noisesmith/rin';
import { trainConfig } from '@noisesmith/training';
import { defaultOutput, type Preset } from './preset';

/** The official small configuration; its authors report FID 1.81 with 1000 DDPM steps. */
export const cifar10: Preset = {
  name: 'cifar10',
  title: 'CIFAR-10 32x32, the official small configuration',
  model: rinConfig({
    image: [32, 32],
    channels: 3,
    patch: 2,
    latents: 128,
    latentDim: 512,
    tapeDim: 256,
    blocks: [2, 2, 2],
    heads: 16,
    rwHeads: 8,
    tapeMlp: 2,
    classes: 10,
    dropUnits: 0.1,
    dropPath: 0.1,
  }),
  data: { source: null, size: 32, channels: 3, resize: 'bicubic', crop: 'none', flip: true },
  train: trainConfig({
    steps: 150_000,
    batch: 256,
    schedule: 'sigmoid@-3,3,0.9',
    inputScale: 1,
    normalize: false,
    predictionType: 'eps',
    selfConditioning: { rate: 0.9 },
    optimizer: { name: 'lamb', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    learningRate: { base: 3e-3, warmup: 10_000, decay: 'cosine@0.8' },
    ema: { decay: 0.9999, warmup: 'none' },
  }),
  sampling: { steps: 1000, sampler: 'ddpm', schedule: 'cosine', guidance: 0 },
  output: defaultOutput,
  notes: ['The official configuration does not set the normalisation of the input, whose default there is off.'],
};
