/** RGB images of one size in row-major [count, height, width, 3], samples in [0, 1]; grey is given three times. */
export interface ImageBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}
