import { type PredictionType, predictionTypes } from '@noisesmith/diffusion';
import { parseSchedule, ScheduleSpecError } from '@noisesmith/schedules';
import { SettingError } from './errors';
import { Fields } from './fields';
import { type LearningRateConfig, type LearningRateDecay, parseDecay } from './learning-rate';

export interface OptimizerConfig {
  readonly name: 'lamb' | 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  /** Added outside the square root. */
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Tensors whose name ends in one of these get neither weight decay nor trust ratio. */
  readonly exclude: readonly string[];
}

export interface EmaConfig {
  readonly decay: number;
  /** 'ramp': the average follows the weights closely at first, so that short runs are not left with their start. */
  readonly warmup: 'none' | 'ramp';
}

/** What Algorithm 2 needs to know, as plain JSON. The network and the data are described elsewhere. */
export interface TrainConfig {
  /** All random numbers follow from it. */
  readonly seed: number;
  /** Optimizer steps. */
  readonly steps: number;
  /** Images per optimizer step. */
  readonly batch: number;
  /** Parts of a batch that run one after the other, for networks that leave no memory for a whole one. */
  readonly accumulation: number;
  /** Whether the network computes inner values again for the gradient in place of keeping them: less memory, more time. */
  readonly recompute: boolean;
  /**
   * How values of the forward pass are kept until the gradient has used them. 'f16' takes about half the memory, needs an
   * adapter with shader-f16 and changes results by the rounding of these values; sums, gradients and weights are f32.
   */
  readonly storage: 'f32' | 'f16';
  /** Spec of the training schedule gamma(t), e.g. `simple_linear` or `cosine@0.2,1,1`. */
  readonly schedule: string;
  /** b of the paper: images are scaled to [−b, b]. */
  readonly inputScale: number;
  /** Whether the network sees x_t divided by its standard deviation. */
  readonly normalize: boolean;
  /** What the network's output stands for. */
  readonly predictionType: PredictionType;
  /** In which quantity the error is measured. */
  readonly loss: PredictionType;
  /** Share of examples that are given the carry of a first pass; 0 leaves that pass out. */
  readonly selfConditioning: { readonly rate: number };
  /** Share of examples trained without their label, drawn separately for the two passes. */
  readonly labelDropout: number;
  readonly optimizer: OptimizerConfig;
  readonly learningRate: LearningRateConfig;
  readonly ema: EmaConfig;
  /** Example i of n draws its time from [i/n, (i+1)/n) instead of [0, 1). */
  readonly stratifyTime: boolean;
  /** Largest norm of the whole gradient; null: no limit, as in the paper. */
  readonly gradientClip: number | null;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] extends object | null ? T[K] | Loose<NonNullable<T[K]>> : T[K] };

/** A {@link TrainConfig} of which any part may be left out. */
export type TrainSettings = Loose<TrainConfig>;

const DEFAULT_EXCLUDE = ['.bias', '.gamma', '.beta'] as const;

/**
 * Checks settings, which may come from a file, and fills in what is left out: simple_linear, b = 1, normalised, eps,
 * self-conditioning 0.9, LAMB (0.9, 0.999, 1e-8, decay 0.01), constant rate without warm-up, EMA 0.9999.
 *
 * @throws SettingError, one line with the path of the field, its value and what was expected
 */
export function trainConfig(settings: TrainSettings | Readonly<Record<string, unknown>>): TrainConfig {
  const fields = new Fields('train', settings);
  const batch = fields.number('batch', { fallback: 64, least: 1, whole: true });
  const accumulation = fields.number('accumulation', { fallback: 1, least: 1, whole: true });
  if (batch % accumulation !== 0) {
    throw fields.error('accumulation', accumulation, `a divisor of train.batch (${batch})`);
  }
  const predictionType = fields.oneOf('predictionType', predictionTypes, 'eps');
  const selfConditioning = fields.object('selfConditioning');
  const config: TrainConfig = {
    seed: fields.number('seed', { fallback: 0, least: 0, whole: true }),
    steps: fields.number('steps', { fallback: 10_000, least: 1, most: 2 ** 32 - 1, whole: true }),
    batch,
    accumulation,
    recompute: fields.flag('recompute', false),
    storage: fields.oneOf('storage', ['f32', 'f16'], 'f32'),
    schedule: readSchedule(fields),
    inputScale: fields.number('inputScale', { fallback: 1, least: 0, open: true }),
    normalize: fields.flag('normalize', true),
    predictionType,
    loss: fields.oneOf('loss', predictionTypes, predictionType),
    selfConditioning: { rate: selfConditioning.number('rate', { fallback: 0.9, least: 0, most: 1 }) },
    labelDropout: fields.number('labelDropout', { fallback: 0, least: 0, most: 1 }),
    optimizer: readOptimizer(fields.object('optimizer')),
    learningRate: readLearningRate(fields.object('learningRate')),
    ema: readEma(fields.object('ema')),
    stratifyTime: fields.flag('stratifyTime', false),
    gradientClip: fields.numberOrNull('gradientClip', { fallback: null, least: 0, open: true }),
  };
  selfConditioning.end();
  fields.end();
  return config;
}

function readSchedule(fields: Fields): string {
  const spec = fields.text('schedule', 'simple_linear');
  try {
    parseSchedule(spec);
  } catch (error) {
    if (error instanceof ScheduleSpecError)
      throw new SettingError('train.schedule', `train.schedule: ${error.message}`);
    throw error;
  }
  return spec;
}

function readOptimizer(fields: Fields): OptimizerConfig {
  const optimizer: OptimizerConfig = {
    name: fields.oneOf('name', ['lamb', 'adamw'], 'lamb'),
    beta1: readShare(fields, 'beta1', 0.9),
    beta2: readShare(fields, 'beta2', 0.999),
    epsilon: fields.number('epsilon', { fallback: 1e-8, least: 0, open: true }),
    weightDecay: fields.number('weightDecay', { fallback: 0.01, least: 0 }),
    exclude: fields.texts('exclude', DEFAULT_EXCLUDE),
  };
  fields.end();
  return optimizer;
}

/** A decay of a moving average: 1 would never take anything in. */
function readShare(fields: Fields, name: string, fallback: number): number {
  const value = fields.number(name, { fallback, least: 0 });
  if (value >= 1) throw fields.error(name, value, 'a number >= 0 and < 1');
  return value;
}

function readLearningRate(fields: Fields): LearningRateConfig {
  const decay = fields.text('decay', 'constant');
  if (parseDecay(decay) === undefined) {
    throw fields.error('decay', decay, 'constant, linear or cosine@SHARE with a share in (0, 1]');
  }
  const learningRate: LearningRateConfig = {
    base: fields.number('base', { fallback: 1e-3, least: 0 }),
    warmup: fields.number('warmup', { fallback: 0, least: 0, whole: true }),
    decay: decay as LearningRateDecay,
  };
  fields.end();
  return learningRate;
}

function readEma(fields: Fields): EmaConfig {
  const ema: EmaConfig = {
    decay: readShare(fields, 'decay', 0.9999),
    warmup: fields.oneOf('warmup', ['none', 'ramp'], 'none'),
  };
  fields.end();
  return ema;
}
