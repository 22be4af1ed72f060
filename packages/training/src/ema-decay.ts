import type { TrainConfig } from './config';

/**
 * Share of the moving average that a step (counted from 0) keeps. Without a warm-up it is the same for all steps, as in
 * the official code. The ramp keeps (1 + n)/(10 + n) after n steps, so that the average reaches back over about a ninth
 * of the run until that is more than the decay allows.
 */
export function emaDecayAt(config: Pick<TrainConfig, 'ema'>, step: number): number {
  const { decay, warmup } = config.ema;
  return warmup === 'ramp' ? Math.min(decay, (1 + step) / (10 + step)) : decay;
}
