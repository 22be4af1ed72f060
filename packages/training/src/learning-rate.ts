export type LearningRateDecay = 'constant' | 'linear' | `cosine@${number}`;

export interface LearningRateConfig {
  readonly base: number;
  /** Steps of the linear rise from 0. */
  readonly warmup: number;
  /** `constant`, `linear` (to 0) or `cosine@ρ`: the first share ρ of a half cosine, over all steps after the warm-up. */
  readonly decay: LearningRateDecay;
}

/** The part of the peak rate that is left after a share of the way from the warm-up's end to the last step. */
type Curve = (progress: number) => number;

/** The curve of a decay, or undefined for text that names none. */
export function parseDecay(decay: string): Curve | undefined {
  if (decay === 'constant') return () => 1;
  if (decay === 'linear') return (progress) => 1 - progress;
  const [family, text, ...rest] = decay.split('@');
  if (family !== 'cosine' || !text || rest.length > 0) return undefined;
  const share = Number(text);
  if (!(share > 0 && share <= 1)) return undefined;
  return (progress) => (1 + Math.cos(Math.PI * share * progress)) / 2;
}

/**
 * Learning rate of a step, counted from 0: base·step/warmup during the warm-up (the very first update moves nothing),
 * then base times the decay's curve. `cosine@0.7`, which the paper calls "Cosine (first 70%)", runs through 70% of a
 * half cosine over all steps and ends at 0.2061·base; it does not reach 0. Table 2; `WarmUpAndDecay` of the official code.
 */
export function learningRateAt(
  { learningRate, steps }: { readonly learningRate: LearningRateConfig; readonly steps: number },
  step: number,
): number {
  const { base, warmup, decay } = learningRate;
  if (step < warmup) return (base * step) / warmup;
  const curve = parseDecay(decay);
  if (!curve) throw new RangeError(`learning rate decay '${decay}' is unknown`);
  const span = steps - warmup;
  return base * curve(span > 0 ? Math.min(1, (step - warmup) / span) : 1);
}
