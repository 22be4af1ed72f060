import type { Histogram } from '@noisesmith/formats';

/** Lower and upper bound of a bin. Where all values are equal the one bin is drawn a little wide. */
function bounds({ counts, from, to }: Histogram, bin: number): readonly [number, number] {
  const pad = from === to ? Math.abs(from) / 100 || 0.01 : 0;
  const [low, high] = [from - pad, to + pad];
  const at = (i: number): number => low + (high / counts.length - low / counts.length) * i;
  return [at(bin), at(bin + 1)];
}

/** The outline of a histogram, as the points of a line. */
export const histogramPoints = (histogram: Histogram): (readonly [number, number])[] =>
  histogram.counts.flatMap((count, bin) => {
    const [low, high] = bounds(histogram, bin);
    return [
      [low, count],
      [high, count],
    ] as const;
  });

/** Its bins as rows of a table. */
export const histogramRows = (histogram: Histogram): { from: number; to: number; count: number }[] =>
  histogram.counts.map((count, bin) => {
    const [from, to] = bounds(histogram, bin);
    return { from, to, count };
  });
