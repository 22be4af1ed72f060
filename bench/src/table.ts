import { formatMilliseconds } from '@noisesmith/tensor';
import { jobName } from './job';
import { failedChecks, type Measurement } from './protocol';
import { type Run, ratioOf, referenceOf } from './run';

/** `yes`, `no (...)` with the failed checks, or `not checked`. */
export function verdict({ errors }: Measurement): string {
  if (errors === null) return 'not checked';
  const failed = failedChecks(errors);
  return failed.length === 0 ? 'yes' : `no (${failed.join(', ')})`;
}

export const formatRatio = (ratio: number | undefined): string => (ratio === undefined ? '–' : `${ratio.toFixed(2)}×`);

/** A Markdown table, columns padded so that it also reads well in a terminal. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly boolean[],
): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (numeric[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** A column of a table of outcomes. */
export interface Column {
  readonly title: string;
  readonly cell: (result: Measurement) => string;
}

/** A job's outcomes, a row for each contestant, with these columns of numbers among those that every job has. */
export function outcomeTable(run: Run, columns: readonly Column[]): string {
  const header = [
    'contestant',
    'runs on',
    ...columns.map(({ title }) => title),
    `ratio to ${referenceOf(run)}`,
    'verified',
  ];
  const rows = run.outcomes.map((outcome) => {
    if ('failure' in outcome) return [outcome.name, '–', 'failed', ...header.slice(3).map(() => '–')];
    const { result } = outcome;
    const cells = columns.map(({ cell }) => cell(result));
    return [outcome.name, result.runtime, ...cells, formatRatio(ratioOf(outcome, run)), verdict(result)];
  });
  return markdownTable(header, rows, [false, false, ...columns.map(() => true), true, false]);
}

/** A train job's outcomes. */
export const trainTable = (run: Run): string =>
  outcomeTable(run, [
    { title: 'ms/step (median)', cell: ({ ms }) => formatMilliseconds(ms.median) },
    { title: 'steps', cell: ({ ms }) => String(ms.all.length) },
    { title: 'first step (ms)', cell: ({ firstMs }) => formatMilliseconds(firstMs) },
  ]);

/**
 * Median milliseconds of several jobs with the ratios to the reference, a row for each job and a column for each
 * contestant. A time of something else than was asked for is not shown.
 */
export function jobTable(runs: readonly Run[]): string {
  const names = runs[0]?.outcomes.map(({ name }) => name) ?? [];
  const rows = runs.map((run) => [jobName(run.job), ...run.outcomes.map((outcome) => cell(outcome, run))]);
  return markdownTable(['ms (median)', ...names], rows, [false, ...names.map(() => true)]);
}

function cell(outcome: Run['outcomes'][number], run: Run): string {
  if ('failure' in outcome) return 'failed';
  const { result } = outcome;
  if (result.errors !== null && failedChecks(result.errors).length > 0) return 'wrong';
  const ms = formatMilliseconds(result.ms.median);
  return outcome.name === referenceOf(run) ? ms : `${ms} (${formatRatio(ratioOf(outcome, run))})`;
}

/** What each contestant of some runs computed on, as one line. */
export function runtimeLine(runs: readonly Run[]): string {
  const runtimes = new Map(
    runs.flatMap(({ outcomes }) =>
      outcomes.flatMap((one) => ('result' in one ? [[one.name, one.result.runtime]] : [])),
    ),
  );
  return [...runtimes].map(([name, runtime]) => `${name}: ${runtime}`).join('; ');
}
