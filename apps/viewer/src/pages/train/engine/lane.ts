import type { Images, RunEvent } from '@noisesmith/runs';
import type { StepStatistics, TrainEvent } from '@noisesmith/training';

/** Ways of samples from noise to data. */
export interface PointPaths {
  /** [steps + 1, count, 2] as places of the drawing; the first are noise. */
  readonly places: Float32Array<ArrayBuffer>;
  readonly count: number;
  /** logSNR of each of them; that of pure noise is where the schedule begins. */
  readonly logSnr: readonly number[];
}

/** What a lane draws with its moving average. */
export type LaneSamples =
  | {
      readonly type: 'images';
      readonly step: number;
      readonly images: Images;
      readonly labels: readonly (number | null)[];
    }
  /** `distance`: sliced Wasserstein distance of the samples to the points that were drawn. */
  | { readonly type: 'points'; readonly step: number; readonly paths: PointPaths; readonly distance: number };

/** What a lane tells while it trains: plain data. */
export type LaneEvent =
  | LaneSamples
  | ({ readonly type: 'step' } & StepStatistics)
  | { readonly type: 'compiling'; readonly ready: number; readonly total: number }
  | { readonly type: 'sampling'; readonly done: number; readonly total: number }
  | { readonly type: 'checkpoint'; readonly step: number; readonly bytes: number }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'deviceLost'; readonly step: number; readonly message: string };

/** When training ends before its last step. What is left out does not end it. */
export interface StopAt {
  readonly minutes?: number;
  /** A running mean of the loss at or below this. */
  readonly loss?: number;
  /** Exactly so many steps from where it is. */
  readonly steps?: number;
}

/** Why training ended. */
export type LaneEnd = 'done' | 'paused' | 'minutes' | 'loss' | 'steps';

/** A run as a lane sees it: of pictures by `openRun`, of points by `Trainer`. */
export interface Trainable extends Disposable {
  /** Steps done. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Numbers of the network. */
  readonly parameters: number;
  train(listening: {
    readonly signal: AbortSignal;
    readonly onEvent: (event: RunEvent | TrainEvent) => void | Promise<void>;
  }): Promise<'done' | 'interrupted'>;
  /** Called whenever the batch of another step is asked for. */
  onBatch: () => void;
  sample(signal: AbortSignal): Promise<LaneSamples>;
}

export interface LaneTraining {
  /** Pauses it after the step under way, with a checkpoint. */
  readonly signal: AbortSignal;
  readonly emit: (event: LaneEvent) => void;
  readonly stop?: StopAt;
  /** Seconds between samples; 0: none. */
  readonly sampleSeconds?: number;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
}

/** Share of the running mean of the loss that each report replaces. */
const NEW_SHARE = 0.1;

/**
 * Trains to the end, to a stop condition or to an abort, with samples in between. Reports whose steps waited for samples
 * keep the pace of the one before them: drawing is no training.
 *
 * @throws what the run throws
 */
export async function trainLane(run: Trainable, training: LaneTraining): Promise<LaneEnd> {
  const { emit, now = () => performance.now(), sampleSeconds = 0, signal, stop = {} } = training;
  const ended = new AbortController();
  let why: LaneEnd | undefined;
  const end = (reason: LaneEnd): void => {
    why ??= reason;
    ended.abort();
  };
  const timer = stop.minutes === undefined ? undefined : setTimeout(() => end('minutes'), stop.minutes * 60_000);

  // The batch after the last wanted step is asked for while that step is about to run, and never used.
  let asked = 0;
  run.onBatch = () => {
    asked += 1;
    if (stop.steps !== undefined && asked > stop.steps) end('steps');
  };

  let sampledAt = now();
  let waited = false;
  let mean: number | undefined;
  let pace: Pick<StepStatistics, 'imagesPerSecond' | 'secondsPerKimg'> = {
    imagesPerSecond: null,
    secondsPerKimg: null,
  };
  const both = AbortSignal.any([signal, ended.signal]);
  const draw = async (): Promise<void> => {
    if (both.aborted) return;
    emit(await run.sample(both));
    sampledAt = now();
    waited = true;
  };
  const onEvent = async (event: RunEvent | TrainEvent): Promise<void> => {
    switch (event.type) {
      case 'step': {
        if (!waited) pace = { imagesPerSecond: event.imagesPerSecond, secondsPerKimg: event.secondsPerKimg };
        waited = false;
        const left = (run.steps - event.step) * (event.images / event.step);
        emit({ ...event, ...pace, secondsLeft: pace.imagesPerSecond && left / pace.imagesPerSecond });
        mean = mean === undefined ? event.loss : mean + NEW_SHARE * (event.loss - mean);
        if (stop.loss !== undefined && mean <= stop.loss) end('loss');
        if (sampleSeconds > 0 && now() - sampledAt >= sampleSeconds * 1000) await draw().catch(unless(both));
        return;
      }
      case 'compiling':
      case 'warning':
      case 'deviceLost':
        emit(event);
        return;
      case 'sampling':
        emit({ type: 'sampling', done: event.done, total: event.total });
        return;
      case 'checkpoint':
        emit({ type: 'checkpoint', step: event.step, bytes: event.bytes });
        return;
    }
  };
  try {
    const result = await run.train({ signal: both, onEvent });
    if (result === 'done') return 'done';
    return why ?? 'paused';
  } finally {
    clearTimeout(timer);
    run.onBatch = () => undefined;
  }
}

/** Drawing that was broken off is no failure. */
const unless =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted || error !== signal.reason) throw error;
  };
