import type { TrainMemory } from './protocol';
import { type Run, ratioOf, referenceOf } from './run';
import { formatRatio, markdownTable } from './table';

const MEBIBYTE = 2 ** 20;

const mebibytes = (bytes: number | null): string => (bytes === null ? '–' : (bytes / MEBIBYTE).toFixed(1));

/** What a train job's contestants add to their processes' resident memory, a row for each. */
export function memoryTable(run: Run): string {
  const ratio = `ratio to ${referenceOf(run)}`;
  const header = ['MiB', 'before', 'growth, warm steps', ratio, 'growth, first step too', ratio, 'planned'];
  const rows = run.outcomes.map((outcome) => {
    if ('failure' in outcome) return [outcome.name, 'failed', '–', '–', '–', '–', '–'];
    const { memory } = outcome.result;
    if (memory === null) return [outcome.name, '–', '–', '–', '–', '–', '–'];
    const { baseline, growth, warmGrowth, planned } = memory;
    const ratioBy = (key: 'growth' | 'warmGrowth'): string =>
      formatRatio(ratioOf(outcome, run, (result) => result.memory?.[key]));
    return [
      outcome.name,
      mebibytes(baseline),
      mebibytes(warmGrowth),
      ratioBy('warmGrowth'),
      mebibytes(growth),
      ratioBy('growth'),
      mebibytes(planned && planned.state + planned.temporary + planned.other),
    ];
  });
  return markdownTable(
    header,
    rows,
    header.map((_, column) => column > 0),
  );
}

const baselineNote =
  'Resident memory of the process that computes. Before: libraries are loaded, the device or backend is open; growth: ' +
  'the highest above that. The buffers of an adapter that is a CPU are in it, and so is what compiles its kernels.';

/** What the columns of {@link memoryTable} are, and the plans behind the last one. */
export function memoryNotes({ outcomes }: Run): string {
  const plans = outcomes.flatMap((outcome) => {
    const planned = 'result' in outcome ? outcome.result.memory?.planned : undefined;
    return planned ? [`${outcome.name} plans ${planText(planned)}.`] : [];
  });
  return [baselineNote, ...plans].join(' ');
}

function planText({ state, temporary, liveBound, other }: NonNullable<TrainMemory['planned']>): string {
  const above = (100 * (temporary / liveBound - 1)).toFixed(1);
  return (
    `${mebibytes(state)} MiB of state, ${mebibytes(temporary)} of temporary buffers (${above} % above the most that ` +
    `lives at one time) and ${mebibytes(other)} of inputs, constants and the gradient`
  );
}
