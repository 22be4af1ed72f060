import type { Denoiser } from '@noisesmith/diffusion';
import type { Schedule } from '@noisesmith/schedules';
import type { Backend, Graph, Store } from '@noisesmith/tensor';
import { type Drawing, drawBatch, type SampleBatch } from './batch';
import { type TimeStep, timeSteps } from './noise-level';
import { checkRequest, elementsOf, type SampleRequest, sampleCount } from './request';
import type { Sampler } from './sampler';
import { complete, DEFAULT_BATCH, type SamplingOptions, type Settings } from './settings';
import { drawStates, type SampleState, type StatesRequest } from './states';
import { denoiseStep, stepScalars } from './step';

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

/** A compiled sampling step that serves any number of requests, one after the other. */
export interface SamplingSession extends Disposable {
  readonly sampler: Sampler;
  readonly schedule: Schedule;
  readonly steps: readonly TimeStep[];
  /**
   * The samples of a request in batches, each as soon as it is drawn: memory does not grow with their number, and whoever
   * stops listening draws no more.
   *
   * @throws RangeError, one line, when the request does not fit the session
   */
  batches(request: SampleRequest): AsyncIterable<SampleBatch>;
  /**
   * What every step starts from and what it makes of it, each as soon as it is computed, batch after batch: x_t, the
   * estimate of x0 and λ. The estimates of the last step are the samples. Whoever stops listening draws no more.
   *
   * @throws RangeError, one line, when the request does not fit the session
   */
  states(request: StatesRequest): AsyncIterable<SampleState>;
  /** All samples of a request. */
  sample(request: SampleRequest): Promise<Samples>;
  destroy(): void;
}

/**
 * Compiles the step of `denoiser` for these options. Sampling as the paper's Algorithm 3 means it: x starts from N(0, 1),
 * only the network's input is normalised, x0 is clipped to [−b, b], the carry starts at zero, and the result is the last
 * estimate of x0, scaled back.
 * @throws RangeError, one line, for options that do not fit each other or the denoiser
 */
export async function openSampling(
  backend: Backend,
  denoiser: Denoiser,
  options: SamplingOptions,
): Promise<SamplingSession> {
  const settings = complete(options, denoiser);
  const { params, tuning } = options;
  const { sampler, schedule } = settings;
  const steps = timeSteps(settings.steps, schedule, settings.timeDifference);
  const graph = stepGraph(denoiser, settings);
  const store = backend.openStore(graph.spec.state ?? {}, params?.alias({ params: 'params' }));
  try {
    const program = await backend.compile(graph, {
      store,
      label: 'sampling step',
      // Of the images of all steps the last is wanted.
      fetch: [],
      ...(tuning && { tuning }),
    });
    const scalars = steps.map((step) => stepScalars(step, sampler, settings));
    return new Session({ denoiser, settings, steps, scalars, program, holdsWeights: params !== undefined }, store);
  } catch (error) {
    store.destroy();
    throw error;
  }
}

class Session implements SamplingSession {
  private busy = false;

  constructor(
    private readonly drawing: Drawing,
    private readonly store: Store,
  ) {}

  get sampler(): Sampler {
    return this.drawing.settings.sampler;
  }

  get schedule(): Schedule {
    return this.drawing.settings.schedule;
  }

  get steps(): readonly TimeStep[] {
    return this.drawing.steps;
  }

  batches(request: SampleRequest): AsyncIterable<SampleBatch> {
    const { drawing } = this;
    return this.draw(request, async function* (first) {
      yield await drawBatch(drawing, request, first);
    });
  }

  states(request: StatesRequest): AsyncIterable<SampleState> {
    return this.draw(request, (first) => drawStates(this.drawing, request, first));
  }

  async sample(request: SampleRequest): Promise<Samples> {
    const batches = this.batches(request);
    const { denoiser } = this.drawing;
    const count = sampleCount(denoiser, request);
    const [pixels, carried] = [elementsOf(denoiser.imageShape), elementsOf(denoiser.carryShape)];
    const samples = { images: new Float32Array(count * pixels), carry: new Float32Array(count * carried) };
    for await (const { carry, first, images } of batches) {
      samples.images.set(images, first * pixels);
      samples.carry.set(carry, first * carried);
    }
    return samples;
  }

  destroy(): void {
    this.drawing.program.destroy();
    this.store.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private draw<T>(request: SampleRequest, batch: (first: number) => AsyncIterable<T>): AsyncGenerator<T, void> {
    checkRequest(this.drawing, request);
    return this.drawAlone(request, batch);
  }

  private async *drawAlone<T>(
    request: SampleRequest,
    batch: (first: number) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    // The batch under way lies in the session's states.
    if (this.busy) throw new Error('sampling: the session is drawing another request');
    this.busy = true;
    try {
      const { denoiser, settings } = this.drawing;
      const { weights } = request;
      if (weights) await this.store.load('params', weights);
      const count = sampleCount(denoiser, request);
      for (let first = 0; first < count; first += settings.batch) yield* batch(first);
    } finally {
      this.busy = false;
    }
  }
}

/** One request on a session of its own; see {@link openSampling}. The batch is no larger than the number of samples. */
export async function sample(
  backend: Backend,
  denoiser: Denoiser,
  options: SamplingOptions & SampleRequest,
): Promise<Samples> {
  const count = sampleCount(denoiser, options);
  using session = await openSampling(backend, denoiser, {
    ...options,
    batch: Math.min(options.batch ?? DEFAULT_BATCH, count),
    givenNoise: options.given !== undefined,
  });
  return await session.sample(options);
}
