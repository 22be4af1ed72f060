import type { Ceilings, Explanation } from '@noisesmith/tensor';
import { formatMs, markdownTable } from '../table';
import type { KernelGroup } from './group';

const mega = (n: number): string => (n / 1e6).toFixed(n < 1e7 ? 2 : 1);

/** Groups of kernels as a Markdown table; times are those of all kernels of a group together. */
export function explainTable(groups: readonly KernelGroup[]): string {
  const measured = groups.some(({ seconds }) => seconds !== undefined);
  const header = [
    ['kernel', 'place', 'count'],
    measured ? ['ms'] : [],
    ['floor ms'],
    measured ? ['ratio'] : [],
    ['bound by', 'Mflop', 'Mloads', 'Mstores', 'MB'],
  ].flat();
  const rows = groups.map(({ form, place, count, seconds, floorSeconds, ratio, bound, work, bytes }) =>
    [
      [form, place, String(count)],
      measured ? [formatMs(1000 * seconds!)] : [],
      [formatMs(1000 * floorSeconds)],
      measured ? [ratio!.toFixed(2)] : [],
      [bound, mega(work.flops), mega(work.loads), mega(work.stores), mega(bytes)],
    ].flat(),
  );
  const words = new Set(['kernel', 'place', 'bound by']);
  return markdownTable(
    header,
    rows,
    header.map((title) => !words.has(title)),
  );
}

/** The step and the sums over all kernels, as one line; without a step's time those of an estimate. */
export function summaryLine({ total }: Explanation, stepMs?: number): string {
  const floors = 1000 * total.floorSeconds;
  const sums = `sum of floors ${formatMs(floors)} ms`;
  if (stepMs === undefined || total.seconds === undefined) return sums;
  const kernels = `sum of kernels ${formatMs(1000 * total.seconds)} ms`;
  return `step ${formatMs(stepMs)} ms, ${kernels}, ${sums}, ratio step/floors ${(stepMs / floors).toFixed(2)}`;
}

/** The ceilings, as one line. */
export function ceilingsLine({ flopsPerSecond, loadsPerSecond, dispatchSeconds, counted }: Ceilings): string {
  const giga = (n: number): string => (n < 1e12 ? (n / 1e9).toPrecision(3) : (n / 1e9).toFixed(0));
  const loads = counted === 'issued' ? 'loads issued' : 'loads from memory';
  return `ceilings: ${giga(flopsPerSecond)} GFLOP/s, ${giga(loadsPerSecond)} G ${loads}/s, ${(1e6 * dispatchSeconds).toPrecision(2)} µs a dispatch`;
}
