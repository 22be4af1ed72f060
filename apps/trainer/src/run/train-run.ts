import type { ImageDataset } from '@noisesmith/data';
import type { FeatureNetwork } from '@noisesmith/metrics';
import {
  describeDataset,
  describeTuning,
  openRun,
  type Run,
  type RunConfig,
  type RunEvent,
  type RunTuning,
} from '@noisesmith/runs';
import type { OpenedBackend } from '@noisesmith/tensor';
import { computingOn } from '../backend';
import type { Context } from '../context';
import { exitCodes } from '../errors';
import { type Progress, statusLine } from './progress';
import { resumeOption } from './resume';
import type { RunFolder } from './run-folder';

export interface TrainRun {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly dataset: ImageDataset;
  readonly opened: OpenedBackend;
  /** What samples are measured by, unless the run has its own. */
  readonly network?: FeatureNetwork;
  /** The value of `--resume`. */
  readonly resume: string;
  readonly tuning: RunTuning;
  /** What has come up before, one line each. */
  readonly warnings: readonly string[];
  readonly progress: Progress;
  /** Told of every event that is more than progress, besides the files and the status line. */
  readonly onEvent?: (event: object) => void;
}

/**
 * Trains to the end, or until Ctrl-C, and writes the run folder.
 * @returns the exit code: done or interrupted
 */
export async function runTraining(train: TrainRun, context: Context): Promise<number> {
  const { config, dataset, folder, network, progress, tuning } = train;
  const { backend, kind } = train.opened;
  const signal = context.interruptSignal();
  using _lock = await folder.take();
  const onEvent = (event: RunEvent): void => {
    const told = tellable(event);
    if (told) train.onEvent?.(told);
    show(event, config.train.steps, progress);
  };
  try {
    using run = await openRun(config, {
      backend,
      openBackend: async () => (await context.openBackend(kind)).backend,
      dataset,
      files: folder,
      ...(network && { network }),
      tuning,
      resume: await resumeOption(train.resume, folder),
      onEvent,
    });
    tellStart(run, train);
    return (await run.train({ signal, onEvent })) === 'done' ? exitCodes.done : exitCodes.interrupted;
  } finally {
    progress.end();
  }
}

function tellStart({ config, step }: Run, { dataset, folder, opened, progress, tuning, warnings }: TrainRun): void {
  const what = step > 0 ? `going on from step ${step}` : `a run of ${config.train.steps} steps`;
  progress.note(computingOn(opened));
  progress.note(`${folder.path}: ${what}`);
  progress.note(describeDataset(dataset));
  progress.note(describeTuning(tuning));
  for (const line of warnings) progress.note(`warning: ${line}`);
}

/** What a line of `--json` holds: events without progress, and of a grid where it is in place of its pixels. */
function tellable(event: RunEvent): object | undefined {
  if (event.type === 'compiling' || event.type === 'sampling' || event.type === 'reference') return undefined;
  if (event.type !== 'grid') return event;
  const { images: _, ...grid } = event;
  return grid;
}

function show(event: RunEvent, steps: number, progress: Progress): void {
  switch (event.type) {
    case 'step':
      progress.status(statusLine(event, steps), event.step === steps);
      break;
    case 'compiling':
      progress.count('compiling kernels', event.ready, event.total);
      break;
    case 'sampling':
      progress.count(`samples: ${event.done} of ${event.total}, step`, event.index + 1, event.steps);
      break;
    case 'reference':
      progress.count('features of the data', event.done, event.total);
      break;
    case 'evaluation':
      progress.note(
        `step ${event.step}: Fréchet distance ${event.frechet.toPrecision(4)} of ${event.samples} samples to the data, by ${event.network}`,
      );
      break;
    case 'warning':
      progress.note(`warning: ${event.message}`);
      break;
    case 'deviceLost':
      progress.note(`warning: ${event.message}; it was opened again, going on from step ${event.step}`);
      break;
    case 'interrupted':
      progress.end();
      progress.note(`interrupted at step ${event.step}; the same command goes on from there`);
      break;
  }
}
