/** A moment between noise and image: before a step, or after the last one. */
export interface Moment {
  readonly t: number;
  /** λ = ln(gamma/(1 − gamma)) at t; may be infinite. */
  readonly logSnr: number;
}

/** [height, width, channels] */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * The ways of some samples from noise to image. Pixels are floats, 0 black and 1 white; those of x are not clipped, so that
 * they may be compared.
 */
export interface Trajectories {
  readonly shape: ImageShape;
  readonly seeds: readonly number[];
  /** null: without a class. */
  readonly labels: readonly (number | null)[];
  /** One before each step, and the end. */
  readonly moments: readonly Moment[];
  /** x_t of each moment, [samples, h, w, c]; at the end the samples. */
  readonly x: readonly Float32Array[];
  /** The estimate of x0 from it; at the end the samples. */
  readonly x0: readonly Float32Array[];
  /** Of each sample, how many moments are known. */
  readonly known: Int32Array;
}

/** What is known of some samples at one step. */
export interface StepOfSamples {
  readonly index: number;
  /** Samples [first, first + count). */
  readonly first: number;
  readonly count: number;
  /** [count, h, w, c], as in {@link Trajectories}. */
  readonly x: Float32Array;
  readonly x0: Float32Array;
}

export type Planned = Pick<Trajectories, 'shape' | 'seeds' | 'labels' | 'moments'>;

export const pixelsOf = ([height, width, channels]: ImageShape): number => height * width * channels;

/** The number of steps: one less than moments. */
export const stepsOf = ({ moments }: Planned): number => moments.length - 1;

export function emptyTrajectories({ labels, moments, seeds, shape }: Planned): Trajectories {
  const blank = (): Float32Array[] => moments.map(() => new Float32Array(seeds.length * pixelsOf(shape)));
  return { shape, seeds, labels, moments, x: blank(), x0: blank(), known: new Int32Array(seeds.length) };
}

/** Enters a step. After the last one the end is known too: it is the last estimate. */
export function enterStep(trajectories: Trajectories, { count, first, index, x, x0 }: StepOfSamples): void {
  const offset = first * pixelsOf(trajectories.shape);
  trajectories.x[index]!.set(x, offset);
  trajectories.x0[index]!.set(x0, offset);
  const last = index + 1 === stepsOf(trajectories);
  if (last) for (const end of [trajectories.x, trajectories.x0]) end[index + 1]!.set(x0, offset);
  trajectories.known.fill(index + (last ? 2 : 1), first, first + count);
}

/** Pixels of one sample at one moment: a part of what is kept, not a copy. */
export function imageAt(trajectories: Trajectories, what: 'x' | 'x0', moment: number, sample: number): Float32Array {
  const size = pixelsOf(trajectories.shape);
  return trajectories[what][moment]!.subarray(sample * size, (sample + 1) * size);
}

/** The samples themselves, [n, h, w, c]. */
export const endOf = ({ x0 }: Trajectories): Float32Array => x0.at(-1)!;
