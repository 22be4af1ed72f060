import { rinConfig } from '@noisesmith/rin';
import { trainConfig } from '@noisesmith/training';
import { defaultOutput, type Preset } from './preset';

/** Emoji on white, for one GPU; not from the paper. */
export const emoji64: Preset = {
  name: 'emoji-64',
  title: 'Emoji at 64x64 in 9 categories, for one GPU',
  model: rinConfig({
    image: [64, 64],
    channels: 3,
    patch: 4,
    latents: 64,
    latentDim: 256,
    tapeDim: 128,
    blocks: [2, 2, 2],
    heads: 8,
    rwHeads: 8,
    classes: 9,
  }),
  data: { source: 'emoji', size: 64, channels: 3, resize: 'bicubic', crop: 'center', flip: false },
  train: trainConfig({
    steps: 50_000,
    batch: 32,
    schedule: 'simple_linear',
    inputScale: 1,
    predictionType: 'v',
    selfConditioning: { rate: 0.9 },
    labelDropout: 0.1,
    optimizer: { name: 'lamb', weightDecay: 0.01 },
    learningRate: { base: 2e-3, warmup: 1000, decay: 'cosine@0.8' },
    ema: { decay: 0.9995, warmup: 'ramp' },
  }),
  sampling: { steps: 100, sampler: 'ddim', schedule: 'cosine', guidance: 1 },
  output: defaultOutput,
  notes: [],
};
