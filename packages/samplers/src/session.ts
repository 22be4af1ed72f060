import type { Denoiser, PredictionType } from '@noisesmith/diffusion';
import { offsetCosine, parseSchedule, type Schedule } from '@noisesmith/schedules';
import type { Device, Graph, TuningTable, TypedArray } from '@noisesmith/tensor';
import { type Backend, onDevice, type StepRunner } from './backend';
import { ddpm } from './ddpm';
import { type TimeStep, timeSteps } from './noise-level';
import { parseSampler } from './parse';
import type { Sampler } from './sampler';
import { startNoise, stepKeys } from './seeds';
import { denoiseStep, type StepScalars, stepScalars } from './step';

export interface SamplingOptions {
  /** Network evaluations per sample (pairs of them under guidance). */
  readonly steps: number;
  /** A rule or its spec; `ddpm` unless given. */
  readonly sampler?: Sampler | string;
  /** gamma(t) while sampling, which may differ from training's; `cosine` (the offset form) unless given. */
  readonly schedule?: Schedule | string;
  /** w in (1 + w)·conditional − w·unconditional; 0 unless given. */
  readonly guidance?: number;
  /** b, as in training. */
  readonly inputScale: number;
  /** As in training; 'eps' unless given. */
  readonly predictionType?: PredictionType;
  /** As in training; true unless given. */
  readonly normalize?: boolean;
  /** Chen et al. 2022's asymmetric time interval, in steps; 0 unless given. */
  readonly timeDifference?: number;
  /** Share of the old carry that stays at each step; 0 unless given. */
  readonly carryMomentum?: number;
  /** Samples that run together; it changes speed and memory, not results. 16 unless given. */
  readonly batch?: number;
  /**
   * Kernels chosen by `tune` of `@noisesmith/tensor`, for a device; without it those that come with the engine. Samples of
   * different tables differ in their last digits.
   */
  readonly tuning?: TuningTable;
  /** The noise is handed in with each request instead of drawn from seeds. */
  readonly givenNoise?: boolean;
}

export interface SampleRequest {
  /** Flat parameters [denoiser.layout.size]. */
  readonly weights: Float32Array;
  /** One sample per seed; a sample depends on its seed and label alone. Whole numbers from 0 to 2⁵³ − 1. */
  readonly seeds?: readonly number[];
  /** Class of each sample, null for none; without them, or with a network of no classes, no sample has one. */
  readonly labels?: readonly (number | null)[];
  /** With `givenNoise`, in place of seeds: `start` [n, h, w, c] and `noise` [steps, n, h, w, c]. */
  readonly given?: { readonly start: Float32Array; readonly noise?: Float32Array };
  /** Called after each step of each batch; what it returns is awaited. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  /** Aborting it makes the request reject with its reason before the next step. */
  readonly signal?: AbortSignal;
}

export interface StepProgress extends TimeStep {
  readonly steps: number;
  /** Samples of this batch: [first, first + count) of the request's. */
  readonly first: number;
  readonly count: number;
  /** After this step: pixels of the x0 estimate, x, or the carry, of the samples of this batch. */
  read(name: 'image' | 'x' | 'carry'): Promise<Float32Array>;
}

export interface Samples {
  /** Pixels in [0, 1], [n, h, w, c] row-major. */
  readonly images: Float32Array;
  /** The carry after the last step, [n, ...carryShape]. */
  readonly carry: Float32Array;
}

/**
 * The step of {@link openSampling} as a graph, for `tune`.
 * @throws RangeError, one line, for options that do not fit each other or the denoiser
 */
export const samplingStep = (denoiser: Denoiser, options: SamplingOptions): Graph =>
  stepGraph(denoiser, complete(options, denoiser));

const stepGraph = (
  denoiser: Denoiser,
  { batch, givenNoise, guidance, inputScale, normalize, sampler }: Settings,
): Graph =>
  denoiseStep(denoiser, {
    batch,
    inputScale,
    normalize,
    guided: guidance !== 0,
    noise: sampler.stochastic ? (givenNoise ? 'given' : 'keys') : 'none',
  });

/** A compiled sampling step that serves any number of requests. */
export interface SamplingSession extends Disposable {
  readonly sampler: Sampler;
  readonly schedule: Schedule;
  readonly steps: readonly TimeStep[];
  sample(request: SampleRequest): Promise<Samples>;
  destroy(): void;
}

/**
 * Compiles the step of `denoiser` for these options. Sampling as the paper's Algorithm 3 means it: x starts from N(0, 1),
 * only the network's input is normalised, x0 is clipped to [−b, b], the carry starts at zero, and the result is the last
 * estimate of x0, scaled back.
 * @param target a device, or `onOracle()`
 * @throws RangeError, one line, for options that do not fit each other or the denoiser
 */
export async function openSampling(
  target: Device | Backend,
  denoiser: Denoiser,
  options: SamplingOptions,
): Promise<SamplingSession> {
  const settings = complete(options, denoiser);
  const { sampler, schedule } = settings;
  const steps = timeSteps(settings.steps, schedule, settings.timeDifference);
  const scalars = steps.map((step) => stepScalars(step, sampler, settings));
  const runner = await (typeof target === 'function' ? target : onDevice(target, options.tuning))(
    stepGraph(denoiser, settings),
  );
  const plan: Plan = { denoiser, settings, steps, scalars, runner };
  return {
    sampler,
    schedule,
    steps,
    sample: (request) => sampleAll(plan, request),
    destroy: () => runner.destroy(),
    [Symbol.dispose]: () => runner.destroy(),
  };
}

/** One request on a session of its own; see {@link openSampling}. The batch is no larger than the number of samples. */
export async function sample(
  target: Device | Backend,
  denoiser: Denoiser,
  options: SamplingOptions & SampleRequest,
): Promise<Samples> {
  const count = sampleCount(denoiser, options);
  using session = await openSampling(target, denoiser, {
    ...options,
    batch: Math.min(options.batch ?? DEFAULT_BATCH, count),
    givenNoise: options.given !== undefined,
  });
  return await session.sample(options);
}

const DEFAULT_BATCH = 16;

type Settings = Required<Omit<SamplingOptions, 'tuning'>> & { readonly sampler: Sampler; readonly schedule: Schedule };

function complete(options: SamplingOptions, denoiser: Denoiser): Settings {
  const { sampler = ddpm(), schedule = offsetCosine(), guidance = 0, carryMomentum = 0 } = options;
  const batch = options.batch ?? DEFAULT_BATCH;
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new RangeError(`sampling: batch is ${batch}; expected a whole number of at least 1`);
  }
  if (!(options.inputScale > 0)) {
    throw new RangeError(`sampling: inputScale is ${options.inputScale}; expected a number above 0`);
  }
  if (!Number.isFinite(guidance)) throw new RangeError(`sampling: guidance is ${guidance}; expected a number`);
  if (guidance !== 0 && denoiser.classes === 0) {
    throw new RangeError(`sampling: guidance is ${guidance}; a network without classes takes none`);
  }
  if (!(carryMomentum >= 0 && carryMomentum <= 1)) {
    throw new RangeError(`sampling: carryMomentum is ${carryMomentum}; expected a number in [0, 1]`);
  }
  return {
    steps: options.steps,
    sampler: typeof sampler === 'string' ? parseSampler(sampler) : sampler,
    schedule: typeof schedule === 'string' ? parseSchedule(schedule) : schedule,
    guidance,
    inputScale: options.inputScale,
    predictionType: options.predictionType ?? 'eps',
    normalize: options.normalize ?? true,
    timeDifference: options.timeDifference ?? 0,
    carryMomentum,
    batch,
    givenNoise: options.givenNoise ?? false,
  };
}

interface Plan {
  readonly denoiser: Denoiser;
  readonly settings: Settings;
  readonly steps: readonly TimeStep[];
  readonly scalars: readonly StepScalars[];
  readonly runner: StepRunner;
}

const product = (shape: readonly number[]): number => shape.reduce((a, n) => a * n, 1);

async function sampleAll(plan: Plan, request: SampleRequest): Promise<Samples> {
  const { denoiser, settings, runner } = plan;
  const count = sampleCount(denoiser, request);
  const pixels = product(denoiser.imageShape);
  const carrySize = product(denoiser.carryShape);
  check(plan, request, count);
  runner.write('params', request.weights);
  const images = new Float32Array(count * pixels);
  const carry = new Float32Array(count * carrySize);
  for (let first = 0; first < count; first += settings.batch) {
    const size = Math.min(settings.batch, count - first);
    // The last batch is filled up with copies of its last sample, whose results are dropped.
    const members = Array.from({ length: settings.batch }, (_, i) => first + Math.min(i, size - 1));
    await sampleBatch(plan, request, members, size);
    images.set((await runner.read('image')).subarray(0, size * pixels), first * pixels);
    carry.set((await runner.read('carry')).subarray(0, size * carrySize), first * carrySize);
  }
  return { images, carry };
}

async function sampleBatch(
  plan: Plan,
  request: SampleRequest,
  members: readonly number[],
  size: number,
): Promise<void> {
  const { denoiser, steps, scalars, runner } = plan;
  const pixels = product(denoiser.imageShape);
  const { seeds, given } = request;
  runner.write(
    'x',
    gather(members, pixels, (i) => startOf(request, i, pixels)),
  );
  runner.write('carry', new Float32Array(members.length * product(denoiser.carryShape)));
  const features = denoiser.timeFeatures.compute(steps.map((step) => step.now.gamma));
  const { width } = denoiser.timeFeatures;
  const labels = Uint32Array.from(members, (i) => request.labels?.[i] ?? denoiser.classes);
  const mine = seeds && members.map((i) => seeds[i]!);
  const count = sampleCount(denoiser, request);
  for (const step of steps) {
    request.signal?.throwIfAborted();
    const { index } = step;
    const inputs: Record<string, TypedArray> = {
      timeFeatures: features.slice(index * width, (index + 1) * width),
      ...(denoiser.classes > 0 && { labels }),
    };
    if (plan.settings.sampler.stochastic) {
      if (given) {
        inputs.noise = gather(members, pixels, (i) => part(given.noise!, index * count + i, pixels));
      } else {
        inputs.keys = stepKeys(mine!, index);
      }
    }
    await runner.run(inputs, { ...scalars[index]! });
    await request.onStep?.({
      ...step,
      steps: steps.length,
      first: members[0]!,
      count: size,
      read: async (name) => {
        const all = await runner.read(name);
        return all.slice(0, (all.length / members.length) * size);
      },
    });
  }
}

const part = (data: Float32Array, index: number, size: number): Float32Array =>
  data.subarray(index * size, (index + 1) * size);

const startOf = ({ seeds, given }: SampleRequest, sample: number, pixels: number): Float32Array =>
  given ? part(given.start, sample, pixels) : startNoise(seeds![sample]!, pixels);

function gather(members: readonly number[], size: number, row: (sample: number) => Float32Array): Float32Array {
  const out = new Float32Array(members.length * size);
  members.forEach((sample, i) => {
    out.set(row(sample), i * size);
  });
  return out;
}

function sampleCount(denoiser: Denoiser, { seeds, given }: SampleRequest): number {
  const count = given ? given.start.length / product(denoiser.imageShape) : (seeds?.length ?? 0);
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(given ? `sampling: given.start has ${given.start.length} numbers` : 'sampling: no seeds');
  }
  return count;
}

function check({ denoiser, settings }: Plan, request: SampleRequest, count: number): void {
  const { weights, seeds, labels, given } = request;
  const fail = (problem: string): never => {
    throw new RangeError(`sampling: ${problem}`);
  };
  if (weights.length !== denoiser.layout.size) {
    fail(`weights have ${weights.length} elements, expected ${denoiser.layout.size}`);
  }
  if ((given !== undefined) !== settings.givenNoise) {
    fail(
      settings.givenNoise
        ? "the session was opened for given noise; 'given' is missing"
        : "'given' needs a session opened with givenNoise",
    );
  }
  if (given && settings.sampler.stochastic) {
    const expected = settings.steps * given.start.length;
    if (given.noise?.length !== expected)
      fail(`given.noise has ${given.noise?.length ?? 0} numbers, expected ${expected}`);
  }
  const badSeed = given ? undefined : seeds?.find((seed) => !Number.isSafeInteger(seed) || seed < 0);
  if (badSeed !== undefined) fail(`seed ${badSeed} is not a whole number from 0 to 2^53 - 1`);
  if (!labels) return;
  if (labels.length !== count) fail(`${labels.length} labels for ${count} samples`);
  const badLabel = labels.find((k) => k !== null && !(Number.isInteger(k) && k >= 0 && k < denoiser.classes));
  if (badLabel === undefined) return;
  const { classes } = denoiser;
  fail(
    `label ${badLabel} ${classes > 0 ? `is not a class from 0 to ${classes - 1}` : 'for a network without classes'}`,
  );
}
