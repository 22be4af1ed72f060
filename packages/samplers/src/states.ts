import { type Drawing, drawSteps, startOf } from './batch';
import type { TimeStep } from './noise-level';
import type { SampleRequest } from './request';

/** Where the samples of a batch stand at one step. */
export interface SampleState extends TimeStep {
  readonly steps: number;
  /** Samples of this batch: [first, first + count) of the request's. */
  readonly first: number;
  readonly count: number;
  /** λ = ln(gamma/(1 − gamma)) at t. */
  readonly logSnr: number;
  /** x_t, [count, h, w, c]; x0 would lie in [−b, b]. */
  readonly x: Float32Array;
  /** The estimate of x0 from x_t, clipped, as pixels of [0, 1], [count, h, w, c]. */
  readonly image: Float32Array;
}

/** What {@link SampleState}s are asked for with: they come one by one, so nothing is called back. */
export type StatesRequest = Omit<SampleRequest, 'onStep'>;

/** The states of the samples from `first` on, as many as run together. */
export async function* drawStates(
  drawing: Drawing,
  request: StatesRequest,
  first: number,
): AsyncGenerator<SampleState> {
  const { schedule } = drawing.settings;
  let x: Float32Array | undefined;
  for await (const { read, ...step } of drawSteps(drawing, request, first)) {
    const members = Array.from({ length: step.count }, (_, i) => first + i);
    x ??= startOf(drawing, request, members);
    yield { ...step, logSnr: schedule.logSnr(step.t), x, image: await read('image') };
    if (step.index + 1 < step.steps) x = await read('x');
  }
}
