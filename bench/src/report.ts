import { memoryNotes, memoryTable } from './memory-table';
import { metricsTables } from './metrics-table';
import { adapterOf, type Run, referenceOf } from './run';
import type { Suite } from './suites';
import { jobTable, runtimeLine, trainTable } from './table';

const titles: Readonly<Record<Suite, string>> = {
  train: 'Train step',
  ops: 'Ops',
  sample: 'Sampling',
  metrics: 'Metrics',
};

/** A suite's results as Markdown. */
export function suiteReport(suite: Suite, runs: readonly Run[]): string {
  const adapter = adapterOf(runs) ?? 'no adapter';
  if (suite === 'train') {
    return runs
      .map((run) => {
        const { job } = run;
        const of = job.kind === 'train' ? `${job.config.name}, batch ${job.config.batch}` : '';
        const memory = `Memory of a train step:\n\n${memoryTable(run)}\n\n${memoryNotes(run)}`;
        return `## ${titles.train}: ${of}, ${adapter}\n\n${trainTable(run)}\n\n${memory}\n`;
      })
      .join('\n');
  }
  if (suite === 'metrics') return `## ${titles.metrics}, ${adapter}\n\n${metricsTables(runs)}\n`;
  const unit = runs[0] ? `Ratios to ${referenceOf(runs[0])} in brackets. ` : '';
  const notes = `${unit}${runtimeLine(runs)}.`;
  return `## ${titles[suite]}, ${adapter}\n\n${jobTable(runs)}\n\n${notes}\n`;
}
