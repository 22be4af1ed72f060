import { printable } from '@noisesmith/formats';
import { aboutRows, type Evaluation, numberRows, pairRows, repeatRows } from '@noisesmith/metrics';
import { table } from '../output';

const SHOWN_PAIRS = 5;

/** What an evaluation found, as text. */
export function evaluationReport(found: Evaluation): string {
  const { repeats } = found;
  const pairs = pairRows(found)
    .slice(0, SHOWN_PAIRS)
    .map(([sample, reference, distance]) => [`  ${sample}`, reference, distance]);
  const lines = (rows: readonly (readonly string[])[]): string => table(rows.map((row) => row.map(printable)));
  return [
    lines(aboutRows(found)),
    '\n',
    lines(numberRows(found)),
    ...(repeats ? ['\n', lines(repeatRows(repeats))] : []),
    ...(pairs.length > 0 ? ['\nclosest pairs\n', lines(pairs)] : []),
  ].join('');
}
