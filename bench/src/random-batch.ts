import { type BenchConfig, imageSize } from './configs';

/** One batch as a contestant receives it, before anything is on the device. B is the batch size. */
export interface HostBatch {
  /** [B, H, W, C] in [0, 1] */
  img01: Float32Array<ArrayBuffer>;
  /** [B, classes]; every row has a single one */
  onehot: Float32Array<ArrayBuffer>;
  /** [B] in (0, 1) */
  gamma: Float32Array<ArrayBuffer>;
  /** [B, H, W, C], standard normal */
  noise: Float32Array<ArrayBuffer>;
  /** [B], 0 or 1: whether an example keeps the latents of the first pass */
  scMask: Float32Array<ArrayBuffer>;
}

/** Share of examples that keep the latents of the first pass (paper section 3.1). */
const selfConditioningRate = 0.9;

/** Marsaglia's xorshift32, uniform in (0, 1). `seed` must not be 0. */
export function uniformSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Standard normal values from uniform ones by the Box–Muller transform. */
export function normalSource(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A batch of random images, labels, noise and times with gamma = 1 - t. The same seed gives the same batch. */
export function randomBatch(config: BenchConfig, seed: number): HostBatch {
  const { batch, channels, classes } = config;
  const [height, width] = imageSize(config);
  const uniform = uniformSource(seed);
  const normal = normalSource(uniform);
  const pixels = batch * height * width * channels;
  const onehot = new Float32Array(batch * classes);
  if (classes > 0) {
    for (let example = 0; example < batch; example++) {
      onehot[example * classes + Math.floor(uniform() * classes)] = 1;
    }
  }
  return {
    img01: Float32Array.from({ length: pixels }, uniform),
    onehot,
    gamma: Float32Array.from({ length: batch }, () => 1 - uniform()),
    noise: Float32Array.from({ length: pixels }, normal),
    scMask: Float32Array.from({ length: batch }, () => (uniform() < selfConditioningRate ? 1 : 0)),
  };
}
