import type { LevelEntry, LevelLosses } from '../../ui/noise-levels';

/** Values over steps that grow while one looks: at most so many, older ones merged in pairs. */
export interface Curve {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export const emptyCurve: Curve = { xs: [], ys: [] };

/** Points that a chart of a page's width can tell apart. */
const MOST = 1200;

/** A curve with one more value; neighbours become their mean once there are too many. */
export function grown({ xs, ys }: Curve, x: number, y: number): Curve {
  if (xs.length < MOST) return { xs: [...xs, x], ys: [...ys, y] };
  const pairs = Array.from({ length: xs.length / 2 }, (_, i) => 2 * i);
  return {
    xs: [...pairs.map((i) => (xs[i]! + xs[i + 1]!) / 2), x],
    ys: [...pairs.map((i) => (ys[i]! + ys[i + 1]!) / 2), y],
  };
}

/** A curve without what lies beyond `x`. */
export function upTo({ xs, ys }: Curve, x: number): Curve {
  const beyond = xs.findIndex((at) => at > x);
  return beyond < 0 ? { xs, ys } : { xs: xs.slice(0, beyond), ys: ys.slice(0, beyond) };
}

/** Examples that a running mean of a noise level remembers. */
const MEMORY = 400;

/** Running means of the loss at each noise level. */
export class LossProfile {
  private readonly bins = new Map<number, { mean: number; weight: number }>();

  add({ counts, from, losses }: LevelLosses): void {
    for (const [i, loss] of losses.entries()) {
      const count = counts[i] ?? 0;
      if (loss === null || count === 0) continue;
      const before = this.bins.get(from + i) ?? { mean: 0, weight: 0 };
      const kept = Math.min(before.weight, Math.max(0, MEMORY - count));
      const weight = kept + count;
      this.bins.set(from + i, { mean: (before.mean * kept + loss * count) / weight, weight });
    }
  }

  /** [logSNR, loss], the middle of each bin, noisiest first. */
  points(): (readonly [number, number])[] {
    return [...this.bins].sort(([a], [b]) => a - b).map(([at, { mean }]) => [at + 0.5, mean] as const);
  }
}

/** Reports that a map of the loss is made of; of more, each second one is enough. */
const MOST_REPORTS = 2000;

/** Reports with one more. */
export function longer(reports: readonly LevelEntry[], report: LevelEntry): readonly LevelEntry[] {
  return [...(reports.length < MOST_REPORTS ? reports : reports.filter((_, i) => i % 2 === 1)), report];
}
