/** Mean losses by noise level of some steps, as `lossByLogSnr` of a run's statistics has them. */
export interface LevelLosses {
  readonly from: number;
  readonly counts: readonly number[];
  readonly losses: readonly (number | null)[];
}

/** Losses by noise level over the steps of a run; what `HeatMap` shows. */
export interface LevelMap {
  /** Edges in steps, rising, one more than there are columns. */
  readonly columns: readonly number[];
  /** Edges in logSNR (or quarters of t), rising, one more than there are rows. */
  readonly rows: readonly number[];
  /** Row by row from the lowest; NaN where there was no example. */
  readonly values: Float64Array;
}

export interface LevelEntry {
  /** Steps done. */
  readonly step: number;
  readonly levels: LevelLosses;
}

const MOST_COLUMNS = 160;

/**
 * Entries in order of their steps as columns, neighbours joined where there are many: means over all examples.
 * @returns undefined where there is no entry
 */
export function levelMap(entries: readonly LevelEntry[], mostColumns = MOST_COLUMNS): LevelMap | undefined {
  if (entries.length === 0) return undefined;
  const low = Math.min(...entries.map(({ levels }) => levels.from));
  const high = Math.max(...entries.map(({ levels }) => levels.from + levels.counts.length));
  const width = Math.ceil(entries.length / mostColumns);
  const count = Math.ceil(entries.length / width);
  const [sums, weights] = [new Float64Array(count * (high - low)), new Float64Array(count * (high - low))];
  entries.forEach(({ levels }, i) => {
    const column = Math.floor(i / width);
    levels.counts.forEach((examples, k) => {
      const loss = levels.losses[k];
      if (typeof loss !== 'number' || !(examples > 0)) return;
      const place = (levels.from + k - low) * count + column;
      sums[place]! += loss * examples;
      weights[place]! += examples;
    });
  });
  const ends = Array.from({ length: count }, (_, i) => entries[Math.min(entries.length, (i + 1) * width) - 1]!.step);
  return {
    columns: [0, ...ends],
    rows: Array.from({ length: high - low + 1 }, (_, i) => low + i),
    values: sums.map((sum, i) => sum / weights[i]!),
  };
}

/** The losses of some entries together, at the middle of each level that has any. */
export function meanLevels(entries: readonly LevelEntry[]): readonly (readonly [logSnr: number, loss: number])[] {
  const map = levelMap(entries, 1);
  if (!map) return [];
  return Array.from(map.values, (loss, i): readonly [number, number] => [map.rows[i]! + 0.5, loss]).filter(([, loss]) =>
    Number.isFinite(loss),
  );
}
