import type { Program, TypedArray } from '@noisesmith/tensor';
import type { TimeStep } from './noise-level';
import { elementsOf, type SampleRequest, type Served, type StepProgress, sampleCount } from './request';
import { startNoise, stepKeys } from './seeds';
import type { StepScalars } from './step';

/** What samples are drawn with. */
export interface Drawing extends Served {
  readonly steps: readonly TimeStep[];
  readonly scalars: readonly StepScalars[];
  readonly program: Program;
}

/** Samples [first, first + count) of a request. */
export interface SampleBatch {
  readonly first: number;
  readonly count: number;
  /** Pixels in [0, 1], [count, h, w, c] row-major. */
  readonly images: Float32Array;
  /** The carry after the last step, [count, ...carryShape]. */
  readonly carry: Float32Array;
}

/** What samples start from at t = 1, [count, h, w, c]: samples `members` of a request. */
export function startOf(
  { denoiser }: Served,
  { given, seeds }: SampleRequest,
  members: readonly number[],
): Float32Array {
  const pixels = elementsOf(denoiser.imageShape);
  return gather(members, pixels, (sample) =>
    given ? part(given.start, sample, pixels) : startNoise(seeds![sample]!, pixels),
  );
}

/** Runs the steps for the samples from `first` on, as many as run together, one for each time that it is asked. */
export async function* drawSteps(
  drawing: Drawing,
  request: SampleRequest,
  first: number,
): AsyncGenerator<StepProgress, SampleBatch> {
  const { denoiser, program, scalars, settings, steps } = drawing;
  const { given, labels, seeds, signal } = request;
  const all = sampleCount(denoiser, request);
  const count = Math.min(settings.batch, all - first);
  // The last batch is filled up with copies of its last sample, whose results are dropped.
  const members = Array.from({ length: settings.batch }, (_, i) => first + Math.min(i, count - 1));
  const pixels = elementsOf(denoiser.imageShape);
  program.state.write('x', startOf(drawing, request, members));
  program.state.write('carry', new Float32Array(members.length * elementsOf(denoiser.carryShape)));

  const { width } = denoiser.timeFeatures;
  const features = denoiser.timeFeatures.compute(steps.map((step) => step.now.gamma));
  const classes = Uint32Array.from(members, (i) => labels?.[i] ?? denoiser.classes);
  const noiseOf = (index: number): Record<string, TypedArray> => {
    if (!settings.sampler.stochastic) return {};
    if (!given)
      return {
        keys: stepKeys(
          members.map((i) => seeds![i]!),
          index,
        ),
      };
    return { noise: gather(members, pixels, (i) => part(given.noise!, index * all + i, pixels)) };
  };
  const read: StepProgress['read'] = async (name) => {
    const values = await (name === 'image' ? program.read(name) : program.state.read(name));
    return values.slice(0, (values.length / members.length) * count) as Float32Array;
  };
  for (const step of steps) {
    signal?.throwIfAborted();
    const { index } = step;
    const inputs = {
      timeFeatures: features.slice(index * width, (index + 1) * width),
      ...(denoiser.classes > 0 && { labels: classes }),
      ...noiseOf(index),
    };
    await program.run(inputs, { ...scalars[index]! });
    yield { ...step, steps: steps.length, first, count, read };
  }
  return { first, count, images: await read('image'), carry: await read('carry') };
}

/** Runs all steps for the samples from `first` on, as many as run together. */
export async function drawBatch(drawing: Drawing, request: SampleRequest, first: number): Promise<SampleBatch> {
  const steps = drawSteps(drawing, request, first);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
    await request.onStep?.(value);
  }
}

const part = (data: Float32Array, index: number, size: number): Float32Array =>
  data.subarray(index * size, (index + 1) * size);

function gather(members: readonly number[], size: number, row: (sample: number) => Float32Array): Float32Array {
  const out = new Float32Array(members.length * size);
  members.forEach((sample, i) => {
    out.set(row(sample), i * size);
  });
  return out;
}
