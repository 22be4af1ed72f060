import { hash32 } from '@noisesmith/data';
import { openSampling, type SamplingSession, startNoise } from '@noisesmith/samplers';
import { type Backend, inverseNormal, type Store } from '@noisesmith/tensor';
import { type CheckpointStorage, type TrainConfig, Trainer, type TrainerOptions } from '@noisesmith/training';
import type { LaneEvent, LaneSamples, Trainable } from './lane';
import { type Points, slicedDistance } from './points';
import { pointsDenoiser } from './points-denoiser';

/** How samples of points are drawn; it may change while the weights stay. */
export interface PathOptions {
  readonly schedule: string;
  readonly sampler: string;
  readonly steps: number;
  readonly count: number;
}

export interface PointsRunOptions {
  readonly backend: Backend;
  readonly openBackend?: () => Promise<Backend>;
  readonly points: Points;
  readonly storage?: CheckpointStorage;
  readonly paths: PathOptions;
  readonly onEvent?: (event: Extract<LaneEvent, { type: 'compiling' }>) => void;
  readonly tick?: TrainerOptions['tick'];
}

/** A run of points, whose way of sampling may be changed. */
export interface PointsTrainable extends Trainable {
  paths: PathOptions;
}

/** Deviation of what is added to a point each time that it is drawn: a brush, not a list of places. */
const BRUSH = 0.012;

/** The points of one step, [batch, 1, 1, 2]; a function of seed and step alone. */
function pointsBatch(points: Points, { batch, seed }: TrainConfig, step: number): Float32Array<ArrayBuffer> {
  const images = new Float32Array(2 * batch);
  const count = points.length / 2;
  for (let i = 0; i < batch; i++) {
    const from = hash32(seed, step, i, 0) % count;
    for (let axis = 0; axis < 2; axis++) {
      const uniform = (hash32(seed, step, i, 1 + axis) + 0.5) / 2 ** 32;
      images[2 * i + axis] = points[2 * from + axis]! + BRUSH * inverseNormal(uniform);
    }
  }
  return images;
}

/** @throws as `Trainer.create` */
export async function openPointsRun(config: TrainConfig, options: PointsRunOptions): Promise<PointsTrainable> {
  const { backend, onEvent, openBackend, points, storage, tick } = options;
  const denoiser = pointsDenoiser();
  let trainable: PointsTrainable | undefined;
  const trainer = await Trainer.create({
    backend,
    ...(openBackend && { openBackend }),
    denoiser,
    config,
    ...(storage && { storage }),
    ...(tick && { tick }),
    checkpointEvery: 500,
    keep: 1,
    metadata: { points: '2' },
    async batches(step) {
      trainable?.onBatch();
      return { images: pointsBatch(points, config, step) };
    },
    onCompile: (ready, total) => onEvent?.({ type: 'compiling', ready, total }),
  });

  let open: { readonly key: string; readonly store: Store; readonly session: SamplingSession } | undefined;
  const sessionFor = async (paths: PathOptions): Promise<SamplingSession> => {
    const key = JSON.stringify(paths);
    const before = open;
    if (before?.key === key && before.store === trainer.store) return before.session;
    const session = await openSampling(trainer.backend, denoiser, {
      steps: paths.steps,
      sampler: paths.sampler,
      schedule: paths.schedule,
      inputScale: config.inputScale,
      predictionType: config.predictionType,
      normalize: config.normalize,
      batch: paths.count,
      params: trainer.store.alias({ params: 'ema' }),
    });
    // Closed once the next is there, so that kernels that both use are compiled once.
    before?.session.destroy();
    open = { key, store: trainer.store, session };
    return session;
  };

  trainable = {
    paths: options.paths,
    steps: config.steps,
    parameters: denoiser.layout.segments.reduce((sum, { size }) => sum + size, 0),
    get step() {
      return trainer.step;
    },
    onBatch: () => undefined,
    train: (listening) => trainer.train(listening),
    async sample(signal): Promise<LaneSamples> {
      const { paths } = this;
      const { step } = trainer;
      const { places, logSnr } = await drawPaths(await sessionFor(paths), paths, config, signal);
      const last = places.subarray(paths.steps * 2 * paths.count);
      return {
        type: 'points',
        step,
        paths: { places, count: paths.count, logSnr },
        distance: slicedDistance(last, points),
      };
    },
    [Symbol.dispose]() {
      open?.session.destroy();
      trainer.destroy();
    },
  };
  return trainable;
}

async function drawPaths(
  session: SamplingSession,
  { count, steps }: PathOptions,
  { inputScale }: TrainConfig,
  signal: AbortSignal,
) {
  const places = new Float32Array(2 * count * (steps + 1));
  // As pictures are: x/(2b) + 1/2.
  const place = (x: number): number => x / (2 * inputScale) + 0.5;
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  for (const seed of seeds) places.set(Float32Array.from(startNoise(seed, 2), place), 2 * seed);
  const { schedule } = session;
  const logSnr = [1, ...session.steps.map(({ tNext }) => tNext)].map((t) => schedule.logSnr(t));
  const { images } = await session.sample({
    seeds,
    signal,
    async onStep({ index, read }) {
      places.set(Float32Array.from(await read('x'), place), 2 * count * (index + 1));
    },
  });
  // The last estimate of the points themselves.
  places.set(images, 2 * count * steps);
  return { places, logSnr };
}
