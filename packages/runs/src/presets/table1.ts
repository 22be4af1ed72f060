import { rinConfig } from '@noisesmith/rin';
import { paperSettings, type Table1Preset, table1Presets } from '@noisesmith/schedules';
import { trainConfig } from '@noisesmith/training';
import { defaultOutput, type Preset } from './preset';

/** The official ImageNet configuration; the paper does not print a warm-up. */
const WARMUP = 10_000;

const WARMUP_NOTE = 'The paper prints no warm-up; 10,000 steps are those of the official 64x64 configuration.';

function presetOf({ inputScale, model, name, notes, schedule, training }: Table1Preset): Preset {
  const { imageSize, latents, tokens } = model;
  return {
    name,
    title: `ImageNet ${imageSize}x${imageSize} as in Tables 1 and 2`,
    model: rinConfig({
      image: [imageSize, imageSize],
      channels: model.channels,
      patch: model.patchSize,
      latents: latents.count,
      latentDim: latents.dim,
      tapeDim: tokens.dim,
      blocks: model.layers,
      heads: model.heads,
      rwHeads: model.heads,
      classes: 1000,
    }),
    data: { source: null, size: imageSize, channels: 3, resize: 'bicubic', crop: 'center', flip: true },
    train: trainConfig({
      steps: training.steps,
      batch: training.batchSize,
      schedule,
      inputScale,
      predictionType: 'eps',
      selfConditioning: { rate: paperSettings.selfConditioningRate },
      labelDropout: training.labelDropout,
      optimizer: {
        name: paperSettings.optimizer,
        beta1: paperSettings.beta1,
        beta2: paperSettings.beta2,
        weightDecay: paperSettings.weightDecay,
      },
      learningRate: { base: training.learningRate, warmup: WARMUP, decay: training.decay },
      ema: { decay: paperSettings.emaDecay, warmup: 'none' },
    }),
    sampling: {
      steps: paperSettings.samplingSteps,
      sampler: 'ddpm',
      schedule: paperSettings.samplingSchedule,
      guidance: 0,
    },
    output: defaultOutput,
    notes: [...notes, WARMUP_NOTE],
  };
}

/** The six rows of Tables 1 and 2. */
export const table1RunPresets: readonly Preset[] = table1Presets.map(presetOf);
