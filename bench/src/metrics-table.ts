import { formatMilliseconds } from '@noisesmith/tensor';
import { type Run, referenceOf } from './run';
import { jobTable, outcomeTable, runtimeLine, verdict } from './table';

const MEBIBYTE = 2 ** 20;

const ofKind = (runs: readonly Run[], kind: Run['job']['kind']): Run[] => runs.filter(({ job }) => job.kind === kind);

/** A features job's outcomes. */
export function featuresTable(run: Run): string {
  const { job } = run;
  const batch = job.kind === 'features' ? job.batch : Number.NaN;
  return outcomeTable(run, [
    { title: 'images/s', cell: ({ ms }) => ((1000 * batch) / ms.median).toFixed(2) },
    { title: 'ms (median)', cell: ({ ms }) => formatMilliseconds(ms.median) },
    { title: 'first (ms)', cell: ({ firstMs }) => formatMilliseconds(firstMs) },
  ]);
}

/** What a stream job found, a line for each contestant. */
export function streamLines({ outcomes }: Run): string[] {
  return outcomes.map((outcome) => {
    if ('failure' in outcome) return `${outcome.name}: failed.`;
    const { stream } = outcome.result;
    if (stream === null) return `${outcome.name}: this system keeps one peak of memory for the life of a process.`;
    const { few, growthOfFew, many, growthOfMany } = stream;
    const [less, more] = [growthOfFew, growthOfMany].map((bytes) => (bytes / MEBIBYTE).toFixed(1));
    return `${outcome.name}: ${less} MiB above the baseline for ${few} images, ${more} MiB for ${many} (bounded: ${verdict(outcome.result)}).`;
  });
}

/** The tables of the suite metrics, under headings. */
export function metricsTables(runs: readonly Run[]): string {
  const convolutions = ofKind(runs, 'convolution');
  const parts: string[] = [];
  if (convolutions.length > 0) {
    const { job } = convolutions[0]!;
    const of = job.kind === 'convolution' ? job.convolution.batch : 0;
    const notes = `Ratios to ${referenceOf(convolutions[0]!)} in brackets. ${runtimeLine(convolutions)}.`;
    parts.push(`### Convolutions of Inception-v3, ${of} images\n\n${jobTable(convolutions)}\n\n${notes}`);
  }
  for (const run of ofKind(runs, 'features')) {
    const { job } = run;
    const batch = job.kind === 'features' ? job.batch : 0;
    parts.push(`### Inception-v3 of nsfwjs, batches of ${batch}\n\n${featuresTable(run)}`);
  }
  for (const run of ofKind(runs, 'stream')) parts.push(streamLines(run).join('\n'));
  const distances = ofKind(runs, 'frechet');
  if (distances.length > 0) parts.push(`### Fréchet distance, one core\n\n${jobTable(distances)}`);
  return parts.join('\n\n');
}
