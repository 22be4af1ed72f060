import type { Moment } from './trajectories';

/** The moment nearest to a time, the earlier one (more noise) where two are. Times fall from 1 to 0. */
export function momentAt(moments: readonly Moment[], t: number): number {
  let best = 0;
  moments.forEach((moment, i) => {
    if (Math.abs(moment.t - t) < Math.abs(moments[best]!.t - t) - 1e-12) best = i;
  });
  return best;
}

/** λ to one decimal; a typographic minus. */
export function lambdaText(logSnr: number): string {
  if (!Number.isFinite(logSnr)) return logSnr > 0 ? '∞' : '−∞';
  return logSnr.toFixed(1).replace('-', '−');
}

/** A moment in words. */
export function momentText(moments: readonly Moment[], index: number): string {
  const moment = moments[index];
  if (!moment) return '';
  const end = index === moments.length - 1;
  return `${end ? 'the sample' : `step ${index + 1} of ${moments.length - 1}`}, t = ${moment.t.toFixed(2)}, λ = ${lambdaText(moment.logSnr)}`;
}

/** A range of λ in which steps can be told apart: the first moment and the last may lie far outside. */
export function lambdaDomain(curves: readonly (readonly Moment[])[]): [number, number] {
  const inner = curves.flatMap((moments) => moments.slice(1, -1).map(({ logSnr }) => logSnr)).filter(Number.isFinite);
  const reach = Math.max(4, ...inner.map(Math.abs));
  return [-Math.ceil(reach + 1), Math.ceil(reach + 1)];
}
