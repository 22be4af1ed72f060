import { selectNamed } from './select';

/** A RIN as the fixtures' `config` metadata describes it: the field names are those of the JSON there. */
export interface ModelConfig {
  /** Side of a square image, or [height, width]; both multiples of `patch`. */
  image: number | readonly [number, number];
  channels: number;
  patch: number;
  /** Total latent slots: learned ones, the time token, and the class token when `classes` > 0. */
  latents: number;
  latent_dim: number;
  tape_dim: number;
  /** Compute layers of each block. */
  blocks: readonly number[];
  /** Heads of the latent self-attention. */
  heads: number;
  /** Heads of the read and write cross-attention. */
  rw_heads: number;
  latent_mlp: number;
  tape_mlp: number;
  /** 0: no class token. */
  classes: number;
  /** Factor on gamma before the sinusoidal time features. */
  time_scale: number;
}

/** A model and the batch size at which its train step is timed. */
export interface BenchConfig extends ModelConfig {
  name: string;
  batch: number;
}

/** 28x28x3, 49 tape tokens of width 64: the shape of a first MNIST run. */
export const TINY: BenchConfig = {
  name: 'tiny',
  batch: 32,
  image: 28,
  channels: 3,
  patch: 4,
  latents: 16,
  latent_dim: 128,
  tape_dim: 64,
  blocks: [2, 2],
  heads: 4,
  rw_heads: 4,
  latent_mlp: 4,
  tape_mlp: 4,
  classes: 10,
  time_scale: 1000,
};

/** The same network on 14x14x3 and a batch of 8: little arithmetic per dispatch, so overhead dominates. */
export const TINY_SMALLBATCH: BenchConfig = { ...TINY, name: 'tiny-small-batch', batch: 8, image: 14, patch: 2 };

/** 32x32x3 with 64 latents of width 256: large enough that the matrix products dominate. */
export const SMALL: BenchConfig = {
  ...TINY,
  name: 'small',
  batch: 16,
  image: 32,
  tape_dim: 128,
  latents: 64,
  latent_dim: 256,
  heads: 8,
  rw_heads: 8,
};

/** The network of the preset `cifar10` at its batch: 9 · 10¹² operations and 12.7 GiB a step, minutes on a CPU. */
export const CIFAR10: BenchConfig = {
  name: 'cifar10',
  batch: 256,
  image: 32,
  channels: 3,
  patch: 2,
  latents: 128,
  latent_dim: 512,
  tape_dim: 256,
  blocks: [2, 2, 2],
  heads: 16,
  rw_heads: 8,
  latent_mlp: 4,
  tape_mlp: 2,
  classes: 10,
  time_scale: 1000,
};

export const configs: readonly BenchConfig[] = [TINY, TINY_SMALLBATCH, SMALL, CIFAR10];

/** Those that take seconds without a GPU. */
const modest = configs.filter((config) => config !== CIFAR10);

/**
 * The configs of a comma-separated list of names, or `all`: those that take seconds without a GPU.
 * @throws Error for an unknown name or an empty list
 */
export const selectConfigs = (list: string): BenchConfig[] =>
  list.trim() === 'all'
    ? [...modest]
    : selectNamed('--config', 'config', list, new Map(configs.map((config) => [config.name, config])));

/** [height, width] of a config's images. */
export function imageSize({ image }: ModelConfig): [number, number] {
  return typeof image === 'number' ? [image, image] : [image[0], image[1]];
}
