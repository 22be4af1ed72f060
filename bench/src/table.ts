import { type ContestantResult, failedChecks } from './protocol';

/** The contestant whose median is the unit of the ratio column. */
export const reference = 'noisesmith';

/** How a contestant fared: a result, or the reason why there is none. */
export type Outcome = { name: string } & ({ result: ContestantResult } | { failure: string });

/** `yes`, `no (...)` with the failed checks, or `not checked`. */
export function verdict({ verified }: ContestantResult): string {
  if (verified === null) return 'not checked';
  const failed = failedChecks(verified);
  return failed.length === 0 ? 'yes' : `no (${failed.join(', ')})`;
}

/** Milliseconds to three significant digits, without an exponent. */
export function formatMs(ms: number): string {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.max(ms, 1e-3))));
  return ms.toFixed(Math.min(decimals, 3));
}

function ratio(result: ContestantResult, outcomes: readonly Outcome[]): string {
  const unit = outcomes.find((outcome) => outcome.name === reference);
  // Times of different adapters are not comparable, so they get no ratio.
  if (unit === undefined || !('result' in unit) || unit.result.adapter !== result.adapter) return '–';
  return `${(result.msPerStep.median / unit.result.msPerStep.median).toFixed(2)}×`;
}

/** One config's outcomes as a Markdown table, columns padded so that it also reads well in a terminal. */
export function markdownTable(outcomes: readonly Outcome[]): string {
  const header = ['contestant', 'ms/step (median)', 'first step (ms)', `ratio to ${reference}`, 'verified'];
  const rows = outcomes.map((outcome) => {
    if ('failure' in outcome) return [outcome.name, 'failed', '–', '–', '–'];
    const { result } = outcome;
    return [
      outcome.name,
      formatMs(result.msPerStep.median),
      formatMs(result.firstStepMs),
      ratio(result, outcomes),
      verdict(result),
    ];
  });
  const numeric = [false, true, true, true, false];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (numeric[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
