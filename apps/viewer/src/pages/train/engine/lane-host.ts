import type { Files, ImageDataset } from '@noisesmith/data';
import { bytesSource } from '@noisesmith/formats';
import {
  memoryRunFiles,
  openRunDataset,
  type RunConfig,
  type RunFiles,
  runFileNames,
  storedConfig,
} from '@noisesmith/runs';
import type { Backend } from '@noisesmith/tensor';
import { SettingError, type StepStatistics, type TrainConfig } from '@noisesmith/training';
import { ABOUT_FILE, type AboutRun } from '../../../state/kept-runs';
import type { DataFacts, TrainSettings } from '../settings';
import { openImageRun } from './image-run';
import { type LaneEnd, type LaneEvent, type LaneSamples, type StopAt, type Trainable, trainLane } from './lane';
import { type PlacedFile, preparePictures } from './pictures';
import { openPointsRun, type PathOptions, type PointsTrainable } from './points-run';
import { DATA_FILE, imageConfig, pointsConfig } from './run-settings';
import { POINTS_FILE } from './run-zip';

/** A new run. */
export interface NewRun {
  readonly title: string;
  readonly settings: TrainSettings;
  /** Names by label, of data that the page brings. */
  readonly classes: readonly string[];
  readonly data:
    | { readonly kind: 'npz'; readonly bytes: Uint8Array<ArrayBuffer>; readonly channels: 1 | 3 }
    | { readonly kind: 'pictures'; readonly files: readonly PlacedFile[] }
    | { readonly kind: 'points'; readonly points: Float32Array<ArrayBuffer>; readonly paths: PathOptions };
}

/** A run that is ready to train. */
export interface OpenedRun {
  readonly about: AboutRun;
  readonly step: number;
  readonly steps: number;
  /** Numbers of the network. */
  readonly parameters: number;
  /** What computes and why, in words. */
  readonly computedBy: string;
  /** What the run told before it stopped. */
  readonly history: readonly StepStatistics[];
  readonly warnings: readonly string[];
}

/** What computes a run, and why that, in words. */
export interface LaneBackend {
  readonly backend: Backend;
  readonly words: string;
}

export interface LaneHostOptions {
  /** @param kept what the run began with, `webgpu` or `wasm`; anything else where it begins now */
  readonly openBackend: (kept: string | undefined) => Promise<LaneBackend>;
  readonly onEvent: (event: LaneEvent) => void;
  /** Digits for a run of the command line's `mnist`. */
  readonly digits?: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly tick?: { readonly steps?: number; readonly seconds?: number };
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function readJson<T>(files: RunFiles, name: string): Promise<T | undefined> {
  const bytes = await files.read(name);
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
}

/** One run of a page: opened, trained, drawn from, kept in its files. */
export class LaneHost implements Disposable {
  private opened: LaneBackend | undefined;
  private run: Trainable | undefined;
  private about: AboutRun | undefined;
  private loss: number | null = null;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    readonly files: RunFiles = memoryRunFiles('the memory of this page'),
    private readonly options: LaneHostOptions,
  ) {}

  /** @throws SettingError, DataError and what the backend throws; one line each */
  async create({ classes, data, settings, title }: NewRun): Promise<OpenedRun> {
    const warnings: string[] = [];
    const now = new Date().toISOString();
    const about = (config: TrainConfig, names: readonly string[]): AboutRun => ({
      title,
      kind: data.kind === 'points' ? 'points' : 'pictures',
      created: now,
      updated: now,
      step: 0,
      steps: config.steps,
      loss: null,
      settings: { ...settings },
      classes: names,
    });
    if (data.kind === 'points') {
      const config = pointsConfig(settings);
      await this.files.write(POINTS_FILE, JSON.stringify(Array.from(data.points)));
      await this.files.write(runFileNames.config, jsonText(config));
      return await this.openPoints(about(config, []), config, data.points, data.paths);
    }
    let facts: DataFacts;
    let names = classes;
    if (data.kind === 'npz') {
      facts = { channels: data.channels, classes: classes.length };
      await this.files.write(DATA_FILE, data.bytes);
    } else {
      // Whatever is wrong with a setting is told before pictures are read.
      imageConfig(settings, { channels: 3, classes: 0 });
      const pictures = await preparePictures(data.files, settings.size);
      facts = { channels: 3, classes: pictures.classes.length };
      names = pictures.classes;
      warnings.push(...pictures.warnings);
      await this.files.write(DATA_FILE, pictures.npz);
    }
    const config = imageConfig(settings, facts);
    return await this.openImages(about(config.train, names), config, warnings);
  }

  /**
   * Opens the run that the files hold.
   * @throws SettingError, CheckpointError, FormatError, DataError, one line, where it cannot go on
   */
  async resume(paths: PathOptions): Promise<OpenedRun> {
    const about = await readJson<AboutRun>(this.files, ABOUT_FILE);
    const points = await readJson<number[]>(this.files, POINTS_FILE);
    if (points) {
      const config = (await readJson<TrainConfig>(this.files, runFileNames.config))!;
      return await this.openPoints(about!, config, Float32Array.from(points), paths);
    }
    const stored = await storedConfig(this.files);
    if (!stored) throw new SettingError('files', `${this.files.name}: no run in it`);
    return await this.openImages(about ?? aboutImported(stored.config), stored.config, []);
  }

  /** @throws what the run throws; its files then hold the last good checkpoint */
  async train(signal: AbortSignal, stop: StopAt, sampleSeconds: number): Promise<LaneEnd> {
    const run = this.trainable();
    try {
      return await trainLane(run, { signal, stop, sampleSeconds, emit: (event) => this.told(event) });
    } finally {
      await this.save();
    }
  }

  /** Samples of the moving average as it is. */
  async sample(signal: AbortSignal, paths?: PathOptions): Promise<LaneSamples> {
    const run = this.trainable();
    if (paths && 'paths' in run) (run as PointsTrainable).paths = paths;
    return await run.sample(signal);
  }

  /** How points are to be drawn from now on. */
  setPaths(paths: PathOptions): void {
    if (this.run && 'paths' in this.run) (this.run as PointsTrainable).paths = paths;
  }

  [Symbol.dispose](): void {
    this.run?.[Symbol.dispose]();
    this.opened?.backend.destroy();
    this.run = undefined;
    this.opened = undefined;
  }

  private trainable(): Trainable {
    if (!this.run) throw new Error('no run is open');
    return this.run;
  }

  private async openPoints(
    about: AboutRun,
    config: TrainConfig,
    points: Float32Array<ArrayBuffer>,
    paths: PathOptions,
  ) {
    const { onEvent, tick } = this.options;
    const more = { paths, onEvent, storage: this.files.checkpoints, ...(tick && { tick }) };
    const run = await openPointsRun(config, { ...(await this.open(about.backend)), points, ...more });
    return await this.ready(run, about, run.parameters, []);
  }

  private async openImages(about: AboutRun, config: RunConfig, warnings: readonly string[]): Promise<OpenedRun> {
    const told = [...warnings];
    const dataset = await this.dataset(config, (line) => told.push(line));
    const { onEvent, tick } = this.options;
    const more = { files: this.files, onEvent, ...(tick && { tick }) };
    const run = await openImageRun(config, { ...(await this.open(config.backend)), dataset, ...more });
    return await this.ready(run, about, run.parameters, told);
  }

  /** Opens what computes a run; after a loss the same again. */
  private async open(kept: string | undefined) {
    const { openBackend } = this.options;
    const opened = await openBackend(kept);
    this.opened = opened;
    const { backend } = opened;
    return { backend, openBackend: async () => (await openBackend(backend.kind)).backend };
  }

  private async ready(run: Trainable, about: AboutRun, parameters: number, warnings: readonly string[]) {
    this.run = run;
    const { backend, words } = this.opened!;
    this.about = { ...about, backend: backend.kind };
    this.loss = about.loss;
    await this.save();
    const history = await this.history(run.step);
    const { step, steps } = run;
    return { about: this.about, step, steps, parameters, computedBy: words, history, warnings };
  }

  private async dataset(config: RunConfig, onWarning: (line: string) => void): Promise<ImageDataset> {
    const { files } = this;
    const { digits } = this.options;
    const { source } = config.data;
    const own = await files.read(DATA_FILE);
    const bytes = own ?? (source === 'mnist' ? await digits?.() : undefined);
    if (!bytes) {
      throw new SettingError(
        'data.source',
        `the data of this run, ${source}, are not in it; put them into the archive as ${DATA_FILE}`,
      );
    }
    const inFiles: Files = {
      name: files.name,
      list: async () => [DATA_FILE],
      open: async () => bytesSource(bytes, DATA_FILE),
    };
    const data = { ...config.data, source: `npz:${DATA_FILE}` };
    return await openRunDataset({ ...config, data }, { files: inFiles, onWarning });
  }

  private async history(step: number): Promise<StepStatistics[]> {
    const text = new TextDecoder().decode(await this.files.read(runFileNames.statistics));
    const lines = text.split('\n').filter((line) => line !== '');
    const read = lines.flatMap((line): StepStatistics[] => {
      try {
        return [JSON.parse(line) as StepStatistics];
      } catch {
        return [];
      }
    });
    return read.filter((one) => typeof one.loss === 'number' && one.step <= step);
  }

  private told(event: LaneEvent): void {
    if (event.type === 'step') this.loss = event.loss;
    if (event.type === 'step' && this.about?.kind === 'points') void this.log(event);
    if (event.type === 'checkpoint') void this.save();
    this.options.onEvent(event);
  }

  /** A run of pictures writes its own statistics. */
  private log({ type: _, ...statistics }: Extract<LaneEvent, { type: 'step' }>): Promise<void> {
    return this.inTurn(() => this.files.append(runFileNames.statistics, `${JSON.stringify(statistics)}\n`));
  }

  private save(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.about || !this.run) return;
      this.about = { ...this.about, step: this.run.step, loss: this.loss, updated: new Date().toISOString() };
      await this.files.write(ABOUT_FILE, jsonText(this.about));
    });
  }

  /** Files are written one after the other; one that fails is told, and does not end the training. */
  private inTurn(write: () => Promise<void>): Promise<void> {
    this.saving = this.saving.then(write).catch((error: unknown) => {
      this.options.onEvent({ type: 'warning', message: (error as Error).message });
    });
    return this.saving;
  }
}

/** What a page says of a run that it has not begun itself. */
function aboutImported({ data, train }: RunConfig): AboutRun {
  const now = new Date().toISOString();
  const { batch, inputScale, learningRate, schedule, steps } = train;
  const settings = {
    data: 'pictures',
    size: data.size,
    schedule,
    inputScale,
    batch,
    learningRate: learningRate.base,
    steps,
  };
  return {
    title: `Imported, ${schedule}`,
    kind: 'pictures',
    created: now,
    updated: now,
    step: 0,
    steps,
    loss: null,
    settings: { ...settings, more: '' },
    classes: [],
  };
}
