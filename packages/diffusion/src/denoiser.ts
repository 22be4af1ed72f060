import type { Layout, Tensor } from '@noisesmith/tensor';

/**
 * A network that predicts noise (or x0, or v) and hands a carry from one call to the next; for RIN the carry is the
 * latents. Samplers and training know a network only through this.
 */
export interface Denoiser {
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Number of classes; 0 for an unconditional network. */
  readonly classes: number;
  /** Names, shapes and places of the parameters in their flat vector. */
  readonly layout: Layout;
  /** Shape of the carry of one example, e.g. [latents, latentDim]. */
  readonly carryShape: readonly number[];
  readonly timeFeatures: TimeFeatures;
  /**
   * Initial values of one parameter of the layout, a function of the seed and the name alone: parameters need not be on
   * the host all at once. `initialParameters` gives the flat vector.
   */
  initialize(name: string, seed: number): Float32Array<ArrayBuffer>;
  apply(parameters: Readonly<Record<string, Tensor>>, input: DenoiserInput): DenoiserOutput;
}

/** What the network learns of gamma, computed on the host in double precision (WGSL's sine is too coarse for it). */
export interface TimeFeatures {
  readonly width: number;
  /** One row of `width` numbers per gamma, row-major. */
  compute(gamma: ArrayLike<number>): Float32Array<ArrayBuffer>;
}

export interface DenoiserInput {
  /** [batch, height, width, channels], already variance-normalised where the process asks for it. */
  readonly x: Tensor;
  /** [batch, timeFeatures.width] */
  readonly timeFeatures: Tensor;
  /** One-hot labels [batch, classes]; a zero row is a dropped label. Absent when the network has no classes. */
  readonly classes?: Tensor;
  /** [batch, ...carryShape]; zeros where there is nothing to carry. */
  readonly carry: Tensor;
  /**
   * Keys u32 [batch, 2] of the dropout masks. Present in training only: without it nothing is dropped. A network whose
   * dropout rates are 0 ignores it.
   */
  readonly dropoutKeys?: Tensor;
  /**
   * True where inner values are better computed again for the gradient than kept: less memory, more time, the same
   * results. A network that cannot do so ignores it.
   */
  readonly recompute?: boolean;
}

export interface DenoiserOutput {
  /** [batch, height, width, channels] */
  readonly prediction: Tensor;
  /** [batch, ...carryShape] */
  readonly carry: Tensor;
}
