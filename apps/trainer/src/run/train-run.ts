import { type ImageDataset, trainBatch } from '@noisesmith/data';
import { rin, rinConfig, rinConfigToMetadata } from '@noisesmith/rin';
import {
  classGridPng,
  describeTuning,
  fixedDraw,
  gridDraw,
  pick,
  type RunConfig,
  RunSampler,
  type RunTuning,
  samplesNpz,
} from '@noisesmith/runs';
import type { Device } from '@noisesmith/tensor';
import { type TrainEvent, Trainer } from '@noisesmith/training';
import type { Context } from '../context';
import { exitCodes } from '../errors';
import { Progress, statusLine } from './progress';
import { resumeOption } from './resume';
import type { RunFolder } from './run-folder';

export interface TrainRun {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly dataset: ImageDataset;
  readonly device: Device;
  /** The value of `--resume`. */
  readonly resume: string;
  readonly tuning: RunTuning;
  /** Told of every event, besides the files and the status line. */
  readonly onEvent?: (event: TrainEvent) => void;
}

/** Columns of the grid at the end, where the samples are there anyway. */
const FINAL_COLUMNS = 8;

/**
 * Trains to the end, or until Ctrl-C, and writes the run folder.
 * @returns the exit code: done or interrupted
 */
export async function runTraining(run: TrainRun, context: Context): Promise<number> {
  const { config, dataset, folder } = run;
  const signal = context.interruptSignal();
  const progress = new Progress(context);
  const denoiser = rin(rinConfig(config.model));
  const { batch, seed, steps } = config.train;
  const stream = { seed, batchSize: batch, flip: config.data.flip };
  const warn = (message: string): void => progress.note(`warning: ${message}`);
  let device = run.device;
  const openBackend = async (): Promise<Device> => {
    device = await context.openDevice();
    return device;
  };
  using sampler = new RunSampler(denoiser, config, run.tuning.table);
  using trainer = await Trainer.create({
    backend: run.device,
    denoiser,
    config: config.train,
    batches: (step) => trainBatch(dataset, stream, step),
    storage: folder.checkpoints,
    checkpointEvery: config.output.checkpointEvery,
    keep: config.output.keep,
    gridEvery: config.output.gridEvery,
    resume: await resumeOption(run.resume, folder),
    metadata: { config: rinConfigToMetadata(denoiser.config), run: JSON.stringify(config) },
    openBackend,
    tuning: run.tuning.table,
    onCompile: (ready, total) => progress.count('compiling kernels', ready, total),
  });
  using _lock = await folder.prepare(config, run.tuning, trainer.step);
  progress.note(
    trainer.step > 0 ? `${folder.path}: going on from step ${trainer.step}` : `${folder.path}: a run of ${steps} steps`,
  );
  progress.note(describeTuning(run.tuning));

  const writeGrid = async (step: number): Promise<void> => {
    if (signal.aborted) return;
    const draw = gridDraw(denoiser.classes);
    const images = await sampler.draw(device, await trainer.read('ema'), draw, {
      onStep: ({ index, steps: total }) => progress.count('sampling a grid: step', index + 1, total),
    });
    await folder.write(`grids/${String(step).padStart(6, '0')}.png`, classGridPng(images, draw.labels));
  };
  const onEvent = async (event: TrainEvent): Promise<void> => {
    run.onEvent?.(event);
    switch (event.type) {
      case 'step':
        progress.status(statusLine(event, steps), event.step === steps);
        await folder.appendStatistics(statisticsOf(event));
        break;
      case 'checkpoint':
        await folder.write('ema.safetensors', trainer.weights());
        break;
      case 'grid':
        await writeGrid(event.step);
        break;
      case 'warning':
        warn(event.message);
        break;
      case 'deviceLost':
        warn(`${event.message}; another device was opened, going on from step ${event.step}`);
        break;
      case 'interrupted':
        progress.end();
        context.err(`interrupted at step ${event.step}; the same command goes on from there\n`);
        break;
      case 'done':
        break;
    }
  };
  try {
    if ((await trainer.train({ signal, onEvent })) === 'interrupted') return exitCodes.interrupted;
    await folder.write('ema.safetensors', trainer.weights());
    await writeSamples({ ...run, device }, trainer, sampler, progress, signal);
  } catch (error) {
    progress.end();
    if (!signal.aborted || error !== signal.reason) throw error;
    context.err('interrupted while sampling; the same command goes on from there\n');
    return exitCodes.interrupted;
  }
  progress.end();
  return exitCodes.done;
}

function statisticsOf({ type: _, ...statistics }: Extract<TrainEvent, { type: 'step' }>) {
  return statistics;
}

/** `samples.npz`, where the configuration asks for it, then `grid.png`, which marks the end of the run. */
async function writeSamples(
  { config, device, folder }: TrainRun,
  trainer: Trainer,
  sampler: RunSampler,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { classes } = config.model;
  const { samplesPerClass } = config.output;
  const draw = samplesPerClass > 0 ? fixedDraw(classes, samplesPerClass) : gridDraw(classes);
  const total = draw.seeds.length;
  const images = await sampler.draw(device, await trainer.read('ema'), draw, {
    signal,
    onStep: ({ count, first, index, steps }) => {
      if (index === steps - 1) progress.count('samples', first + count, total);
    },
  });
  if (samplesPerClass > 0) await folder.write('samples.npz', samplesNpz(images, draw.labels));
  const shown = Array.from({ length: Math.min(total, Math.max(1, classes) * FINAL_COLUMNS) }, (_, i) => i);
  await folder.write(
    'grid.png',
    classGridPng(
      pick(images, shown),
      shown.map((i) => draw.labels[i] ?? null),
    ),
  );
}
