import type { TrainConfig } from './config';

type Average = Pick<TrainConfig, 'ema'>;

/**
 * Share of the moving average that a step (counted from 0) keeps. Without a warm-up it is the same for all steps, as in
 * the official code. The ramp keeps (1 + n)/(10 + n) after n steps, so that the average reaches back over about a ninth
 * of the run until that is more than the decay allows.
 */
export function emaDecayAt(config: Average, step: number): number {
  const { decay, warmup } = config.ema;
  return warmup === 'ramp' ? Math.min(decay, (1 + step) / (10 + step)) : decay;
}

/** Steps of the ramp before it reaches the decay: the least n with (1 + n)/(10 + n) >= decay. */
const rampSteps = (decay: number): number => Math.max(0, Math.ceil((10 * decay - 1) / (1 - decay)));

/**
 * Share of the initial weights that the moving average still holds after `steps` steps: the product of all decays. Of a
 * ramp the first n decays are n!/(10 · 11 · ... · (9 + n)) = 9!/((n + 1) ... (n + 9)).
 */
export function averageInitialShare(config: Average, steps: number): number {
  const { decay, warmup } = config.ema;
  const ramp = warmup === 'ramp' ? Math.min(steps, rampSteps(decay)) : 0;
  let share = decay ** (steps - ramp);
  if (ramp > 0) for (let j = 1; j <= 9; j++) share *= j / (ramp + j);
  return share;
}

/** The average of weights that were never trained draws noise; of so much it holds nobody sees any. */
const HARMLESS_SHARE = 0.01;
/** So that a decay which leaves just that much is not told of for its last bit. */
const ROUNDING = 1 + 1e-9;

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** A line for a run at whose end the average still draws on the initial weights, with what mends it; else undefined. */
export function averageWarning({ ema, steps }: Pick<TrainConfig, 'ema' | 'steps'>): string | undefined {
  const share = averageInitialShare({ ema }, steps);
  if (share <= HARMLESS_SHARE * ROUNDING) return undefined;
  const ramp = averageInitialShare({ ema: { ...ema, warmup: 'ramp' } }, steps) <= HARMLESS_SHARE * ROUNDING;
  // Cut to digits that are read easily, towards the smaller share.
  const least = 1 - HARMLESS_SHARE ** (1 / steps);
  const digits = 10 ** (1 - Math.floor(Math.log10(least)));
  const decay = Number((1 - Math.ceil(least * digits) / digits).toPrecision(12));
  const mend = `${ramp ? 'train.ema.warmup=ramp, or ' : ''}train.ema.decay=${decay}`;
  return `after ${steps} steps the moving average still holds ${percent(share)} of the initial weights, and samples drawn with it show them as noise; to start it right, set ${mend}`;
}
