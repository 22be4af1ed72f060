import { type ImageDataset, trainBatch } from '@noisesmith/data';
import type { FeatureNetwork } from '@noisesmith/metrics';
import { type RinDenoiser, rin, rinConfig, rinConfigToMetadata } from '@noisesmith/rin';
import type { SampleRequest } from '@noisesmith/samplers';
import type { Backend } from '@noisesmith/tensor';
import { SettingError, type StepStatistics, type TrainEvent, Trainer, type TrainerOptions } from '@noisesmith/training';
import { checkRunConfig } from './check';
import { classGridPng, finalCount, gridDraw } from './class-grid';
import type { RunConfig } from './config';
import { checkDatasetFits, datasetWarnings } from './dataset';
import { allLabels, type Draw, drawOf, fixedDraw } from './draws';
import type { RunEventHandler } from './events';
import type { Images } from './grid';
import { compareDataset, isSameDataset, recordedFacts } from './run-data';
import { RunEvaluation } from './run-evaluation';
import { type RunFiles, readText } from './run-files';
import { checkNothingIsLost, runFileNames, storedConfig } from './run-state';
import { RunSampler } from './sampler';
import { samplesNpzParts } from './samples-npz';
import { formatTuning, keptTuning, type RunTuning } from './tuning';

export interface RunOptions {
  /** What computes: that of `openBackend`, or the oracle for a tiny network. It stays the caller's. */
  readonly backend: Backend;
  /** Opens a backend of the same kind again after the first was lost; absent, the loss ends the run. */
  readonly openBackend?: () => Promise<Backend>;
  readonly dataset: ImageDataset;
  /** Where the run is kept. Without them nothing of it outlasts the process. */
  readonly files?: RunFiles;
  /** Kernels; those that the run in `files` began with, or that come with the engine, unless given. */
  readonly tuning?: RunTuning;
  /**
   * 'auto' (default): go on where the files have it, if they do. 'none': insist on a new run. Or the checkpoints of another
   * run, whose newest a new run starts from; once it has some of its own it goes on from those.
   */
  readonly resume?: NonNullable<TrainerOptions['resume']>;
  /** What `output.evalNetwork` names, where it is not `pixels`. It stays the caller's. */
  readonly network?: FeatureNetwork;
  /** When 'step' events come, see `TrainerOptions`. */
  readonly tick?: TrainerOptions['tick'];
  /** Told while kernels compile. */
  readonly onEvent?: RunEventHandler;
}

export interface Listening {
  /** Ends the work after the step under way; training leaves a checkpoint. */
  readonly signal?: AbortSignal;
  /** May be asynchronous: the run waits for it, and its time does not count as training. */
  readonly onEvent?: RunEventHandler;
}

/** A network under training, with its data, its samples and its files. */
export interface Run extends Disposable {
  readonly config: RunConfig;
  readonly denoiser: RinDenoiser;
  /** Steps done. */
  readonly step: number;
  /**
   * Trains to the end of the configuration and writes what a run leaves; may be called again after an interruption.
   * @returns why it ended; the signal makes it end with 'interrupted', while samples are drawn too
   * @throws TrainingError, DeviceLostError, DataError; what `onEvent` throws
   */
  train(options?: Listening): Promise<'done' | 'interrupted'>;
  /**
   * Samples of the moving average as it is, drawn where it lies.
   * @throws the signal's reason once it is aborted
   */
  sample(draw: Draw, options?: Listening): Promise<Images>;
  /** The moving average, or the weights themselves, as the parts of a safetensors file. To be taken before the next step. */
  weights(which?: 'ema' | 'params'): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Frees what it has made. The backend is the caller's. */
  destroy(): void;
}

/**
 * Opens a run: a new one, or the one in `files` where it stopped. Nothing is written before it trains.
 *
 * The files of a run: `config.json`, `tuning.json` and `dataset.json` when it begins; then `stats.jsonl`, `checkpoints`,
 * `grids/STEP.png` and `ema.safetensors`; `reference-stats.npz` once samples are measured against the data; at the end
 * `samples.npz`, where it is asked for, and last `grid.png`.
 *
 * @throws SettingError for a configuration that is impossible or does not fit the data, for a backend that is not the
 * run's, for data whose classes are no longer those of the run, and for files whose weights would be lost; CheckpointError, LimitError
 */
export async function openRun(given: RunConfig, options: RunOptions): Promise<Run> {
  const { backend, dataset, files, onEvent } = options;
  const config = await withBackend(checkRunConfig(given), backend, files);
  checkDatasetFits(config, dataset);
  const warnings = datasetWarnings(config, dataset);
  const sameData = files !== undefined && (await isSameDataset(files, dataset));
  const evaluation = new RunEvaluation({ config, dataset, files, network: options.network, sameData });
  if (files) {
    await checkNothingIsLost(files);
    const changed = await compareDataset(files, dataset);
    if (changed) warnings.push(changed);
  }
  const tuning = options.tuning ?? (await keptTuning(files, backend.target));
  const denoiser = rin(rinConfig(config.model));
  const stream = { seed: config.train.seed, batchSize: config.train.batch, flip: config.data.flip };
  const { classes } = dataset;
  const trainer = await Trainer.create({
    backend,
    denoiser,
    config: config.train,
    batches: (step) => trainBatch(dataset, stream, step),
    ...(files && { storage: files.checkpoints }),
    checkpointEvery: config.output.checkpointEvery,
    keep: config.output.keep,
    gridEvery: config.output.gridEvery,
    evaluateEvery: config.output.evalEvery,
    ...(options.resume !== undefined && { resume: options.resume }),
    ...(options.tick && { tick: options.tick }),
    metadata: {
      config: rinConfigToMetadata(denoiser.config),
      run: JSON.stringify(config),
      ...(classes.length > 0 && { classes: JSON.stringify(classes) }),
    },
    ...(options.openBackend && { openBackend: options.openBackend }),
    tuning: tuning.table,
    onCompile: (ready, total) => void onEvent?.({ type: 'compiling', ready, total }),
  });
  return new OpenRun(config, denoiser, trainer, { dataset, evaluation, files, tuning, warnings });
}

/** @returns the configuration with the backend that computes */
async function withBackend(config: RunConfig, { kind }: Backend, files: RunFiles | undefined): Promise<RunConfig> {
  const stored = files && (await storedConfig(files));
  const began = stored && stored.config.backend !== 'auto' ? stored.config.backend : undefined;
  if (began !== undefined && began !== kind) {
    throw new SettingError(
      'backend',
      `the run in ${files!.name} began on ${began}, and ${kind} is to compute; use the one that it began on, or other files`,
    );
  }
  if (config.backend !== 'auto' && config.backend !== kind) {
    throw new SettingError('backend', `backend is ${config.backend}, and ${kind} is to compute`);
  }
  return { ...config, backend: kind };
}

interface Surroundings {
  readonly dataset: ImageDataset;
  readonly evaluation: RunEvaluation;
  readonly files: RunFiles | undefined;
  readonly tuning: RunTuning;
  /** Told when training begins. */
  readonly warnings: string[];
}

class OpenRun implements Run {
  private readonly sampler: RunSampler;
  private begun = false;

  constructor(
    readonly config: RunConfig,
    readonly denoiser: RinDenoiser,
    private readonly trainer: Trainer,
    private readonly around: Surroundings,
  ) {
    this.sampler = new RunSampler(denoiser, config, around.tuning.table);
  }

  get step(): number {
    return this.trainer.step;
  }

  async train({ onEvent, signal }: Listening = {}): Promise<'done' | 'interrupted'> {
    const emit: RunEventHandler = onEvent ?? (() => undefined);
    await this.begin();
    for (const message of this.around.warnings.splice(0)) await emit({ type: 'warning', message });
    const listening = { emit, ...(signal && { signal }) };
    const end = await this.trainer.train({
      ...(signal && { signal }),
      onEvent: (event) => this.handle(event, listening),
    });
    if (end === 'interrupted') return end;
    try {
      await this.finish(listening);
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason) throw error;
      await emit({ type: 'interrupted', step: this.step });
      return 'interrupted';
    }
    await emit({ type: 'done', step: this.step });
    return 'done';
  }

  sample(draw: Draw, { onEvent, signal }: Listening = {}): Promise<Images> {
    return this.draw(draw, { emit: onEvent ?? (() => undefined), ...(signal && { signal }) });
  }

  weights(which: 'ema' | 'params' = 'ema'): AsyncIterable<Uint8Array<ArrayBuffer>> {
    return this.trainer.weights(which);
  }

  destroy(): void {
    this.sampler.close();
    this.trainer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Writes what the run is, and takes back what an unclean end has left: steps after the last checkpoint run again. */
  private async begin(): Promise<void> {
    const { dataset, files, tuning } = this.around;
    if (!files || this.begun) return;
    const stored = await storedConfig(files);
    // The grid marks the end of a run: with other samples to draw it has not ended.
    if (stored && stored.config.output.samplesPerClass !== this.config.output.samplesPerClass) {
      await files.remove(runFileNames.grid);
    }
    // Files with a configuration hold a run: the kernels that it begins with are there before.
    await files.write(runFileNames.tuning, formatTuning(tuning));
    await files.write(runFileNames.dataset, jsonText(recordedFacts(dataset)));
    await files.write(runFileNames.config, jsonText(this.config));
    await dropStatisticsAfter(files, this.step);
    this.begun = true;
  }

  private async handle(event: TrainEvent, listening: Emitting): Promise<void> {
    const { evaluation, files } = this.around;
    switch (event.type) {
      case 'grid':
        await this.grid(event.step, listening);
        return;
      case 'done':
        // What is left to do comes first.
        return;
      case 'evaluate':
        await this.evaluate(event, listening);
        return;
      case 'step': {
        const told = { ...event, ...evaluation.after(event.step) };
        await files?.append(runFileNames.statistics, statisticsLine(told));
        await listening.emit(told);
        return;
      }
      case 'checkpoint':
        await files?.write(runFileNames.weights, this.weights());
        break;
      case 'deviceLost':
        if (files) await dropStatisticsAfter(files, event.step);
        break;
    }
    await listening.emit(event);
  }

  private async grid(step: number, { emit, signal }: Emitting): Promise<void> {
    if (signal?.aborted) return;
    const draw = gridDraw(this.denoiser.classes);
    const images = await this.draw(draw, { emit });
    const png = classGridPng(images, draw.labels);
    await this.around.files?.write(`grids/${String(step).padStart(6, '0')}.png`, png);
    await emit({ type: 'grid', step, images, labels: draw.labels });
  }

  /** Measures samples, unless the run is to stop: it then does so when it goes on. */
  private async evaluate({ late, step }: EvaluateEvent, listening: Emitting): Promise<void> {
    const { evaluation, files } = this.around;
    const { signal } = listening;
    if (signal?.aborted || (late && (await evaluation.isKnown(step)))) return;
    const { backend, store } = this.trainer;
    const samples = (count: number): AsyncIterable<Images> => {
      const draw = evaluationDraw(this.denoiser.classes, count);
      return this.sampler.batches(backend, store, draw, this.listened(draw, listening));
    };
    try {
      const frechet = await evaluation.measure(step, samples, listening);
      if (late) await files?.append(runFileNames.statistics, statisticsLine({ step, frechet }));
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason) throw error;
    }
  }

  /** The files of the end: weights, samples where they are asked for, and the grid, which marks that all is there. */
  private async finish(listening: Emitting): Promise<void> {
    const { files } = this.around;
    const { classes } = this.denoiser;
    const { samplesPerClass } = this.config.output;
    if (!files) return;
    await files.write(runFileNames.weights, this.weights());
    const draw = samplesPerClass > 0 ? fixedDraw(classes, samplesPerClass) : gridDraw(classes);
    const shown =
      samplesPerClass > 0 ? await this.writeSamples(files, draw, listening) : await this.draw(draw, listening);
    await files.write(runFileNames.grid, classGridPng(shown, draw.labels.slice(0, shown.count)));
  }

  /** Writes samples as they are drawn. @returns the first of them, for the grid */
  private async writeSamples(files: RunFiles, draw: Draw, listening: Emitting): Promise<Images> {
    const { classes, imageShape } = this.denoiser;
    const [height, width, channels] = imageShape;
    const size = height * width * channels;
    const count = finalCount(classes, draw.seeds.length);
    const first = new Uint8Array(count * size);
    let done = 0;
    const kept = async function* (batches: AsyncIterable<Images>): AsyncIterable<Uint8Array> {
      for await (const { count: drawn, data } of batches) {
        if (done < count) first.set(data.subarray(0, (count - done) * size), done * size);
        done += drawn;
        yield data;
      }
    };
    const { backend, store } = this.trainer;
    const batches = this.sampler.batches(backend, store, draw, this.listened(draw, listening));
    await files.write(
      runFileNames.samples,
      samplesNpzParts(imageShape, draw.labels, this.around.dataset.classes, kept(batches)),
    );
    return { count, height, width, channels, data: first };
  }

  private draw(draw: Draw, listening: Emitting): Promise<Images> {
    const { backend, store } = this.trainer;
    return this.sampler.draw(backend, store, draw, this.listened(draw, listening));
  }

  private listened(draw: Draw, { emit, signal }: Emitting): Pick<SampleRequest, 'signal' | 'onStep'> {
    const total = draw.seeds.length;
    return {
      onStep: ({ count, first, index, steps }) =>
        emit({ type: 'sampling', done: index === steps - 1 ? first + count : first, total, index, steps }),
      ...(signal && { signal }),
    };
  }
}

type EvaluateEvent = Extract<TrainEvent, { type: 'evaluate' }>;

/** What a line holds: statistics of a step, or what was measured after it, or both. */
type LoggedStatistics = {
  readonly type?: 'step';
  readonly step: number;
  readonly frechet?: number;
} & Partial<StepStatistics>;

interface Emitting {
  readonly emit: RunEventHandler;
  readonly signal?: AbortSignal;
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The samples that are measured while a run trains: always the same seeds, every class in turn. */
const evaluationDraw = (classes: number, count: number): Draw =>
  drawOf(
    Array.from({ length: count }, (_, seed) => seed),
    allLabels(classes),
  );

/** A line of `stats.jsonl`. */
function statisticsLine({ type: _, ...statistics }: LoggedStatistics): string {
  return `${JSON.stringify({ ...statistics, time: new Date().toISOString() })}\n`;
}

/** Drops lines of later steps, which will run again, and one that a kill has cut short. */
async function dropStatisticsAfter(files: RunFiles, step: number): Promise<void> {
  const text = await readText(files, runFileNames.statistics);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => {
    try {
      return (JSON.parse(line) as StepStatistics).step <= step;
    } catch {
      return false;
    }
  });
  await files.write(runFileNames.statistics, kept.map((line) => `${line}\n`).join(''));
}
