import type { Ceilings } from './ceilings';
import type { Explanation } from './explain';
import type { KernelGroup } from './group';

/** Cells of a table, for whoever lays them out. */
export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns whose cells are numbers. */
  readonly numeric: readonly boolean[];
}

/** Milliseconds to three significant digits, without an exponent. */
export function formatMilliseconds(ms: number): string {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.max(ms, 1e-3))));
  return ms.toFixed(Math.min(decimals, 3));
}

const mega = (n: number): string => (n / 1e6).toFixed(n < 1e7 ? 2 : 1);

/** Groups of kernels as a table, in their order; times are those of all kernels of a group together. */
export function groupTable(groups: readonly KernelGroup[]): TextTable {
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
      measured ? [formatMilliseconds(1000 * seconds!)] : [],
      [formatMilliseconds(1000 * floorSeconds)],
      measured ? [ratio!.toFixed(2)] : [],
      [bound, mega(work.flops), mega(work.loads), mega(work.stores), mega(bytes)],
    ].flat(),
  );
  const words = new Set(['kernel', 'place', 'bound by']);
  return { header, rows, numeric: header.map((title) => !words.has(title)) };
}

/**
 * The sums over all kernels as one line, with the whole run beside them where it was timed.
 *
 * @param runMs milliseconds of one run
 */
export function totalLine({ total }: Explanation, runMs?: number): string {
  const floors = 1000 * total.floorSeconds;
  const hidden = formatMilliseconds(1000 * total.hiddenFloorSeconds);
  const apart = total.hiddenFloorSeconds < total.floorSeconds;
  const sums = `sum of floors ${formatMilliseconds(floors)} ms${apart ? ` (${hidden} if all loads or arithmetic were hidden)` : ''}`;
  if (runMs === undefined || total.seconds === undefined) return sums;
  const kernels = `sum of kernels ${formatMilliseconds(1000 * total.seconds)} ms`;
  return `step ${formatMilliseconds(runMs)} ms, ${kernels}, ${sums}, ratio step/floors ${(runMs / floors).toFixed(2)}`;
}

/** The ceilings as one line. */
export function ceilingsLine({ flopsPerSecond, loadsPerSecond, dispatchSeconds, counted, overlap }: Ceilings): string {
  const giga = (n: number): string => (n < 1e12 ? (n / 1e9).toPrecision(3) : (n / 1e9).toFixed(0));
  const loads = counted === 'issued' ? 'loads issued' : 'loads from memory';
  const rates = `${giga(flopsPerSecond)} GFLOP/s, ${giga(loadsPerSecond)} G ${loads}/s`;
  const hidden = overlap === undefined ? '' : `, ${Math.round(100 * overlap)} % overlap`;
  return `ceilings: ${rates}${hidden}, ${(1e6 * dispatchSeconds).toPrecision(2)} µs a dispatch`;
}
