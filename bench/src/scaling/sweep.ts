import { type Backend, type MeasuredProgram, planBytes } from '@noisesmith/tensor';
import { type BenchConfig, imageSize, TINY } from '../configs';
import { timeSteps } from '../timed-steps';

/** What a train step of one size takes. */
export interface Cost {
  readonly config: BenchConfig;
  /** Tape tokens of an image. */
  readonly tokens: number;
  /** Median of the warm steps, per image. */
  readonly msPerImage: number;
  /** Temporary buffers and inputs per image; parameters, moments and gradients are not counted. */
  readonly bytesPerImage: number;
}

/** Images of 64 to 512 pixels a side in patches of 8, read by the same 64 latents. */
const sides: readonly number[] = [64, 128, 256, 512];
const latents = { patch: 8, latents: 64, latent_dim: 128, tape_dim: 64, blocks: [2, 2], classes: 10 } as const;

export const bySide: readonly BenchConfig[] = sides.map((image) => ({
  ...TINY,
  ...latents,
  name: `${image}x${image}`,
  image,
  batch: 1,
}));

export const byBatch: readonly BenchConfig[] = [1, 2, 4, 8, 16, 32].map((batch) => ({
  ...TINY,
  name: `batch ${batch}`,
  batch,
}));

function tokensOf(config: BenchConfig): number {
  const [height, width] = imageSize(config);
  return (height / config.patch) * (width / config.patch);
}

export async function costOf(backend: Backend<MeasuredProgram>, config: BenchConfig, steps: number): Promise<Cost> {
  const { inputs, program, times } = await timeSteps(backend, config, steps);
  using timed = program;
  const inputBytes = Object.values(inputs).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    config,
    tokens: tokensOf(config),
    msPerImage: times.median / config.batch,
    bytesPerImage: (inputBytes + planBytes(timed.graph, timed.plan).temporary) / config.batch,
  };
}
