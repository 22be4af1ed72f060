/** The files of the network that the viewer carries, and what is drawn from it. */
import { fileURLToPath } from 'node:url';
import { fileSource } from '@noisesmith/formats/node';
import { type Model, readModel } from '@noisesmith/runs';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const repository = path('../../..');

export const carried = {
  weights: path('../public/model/mnist-tiny.safetensors'),
  /** Where the weights come from. */
  provenance: path('../public/model/mnist-tiny.json'),
  /** Samples of it, step by step, for pages without a device. */
  trajectories: path('../public/model/mnist-tiny.trajectories.npz'),
  /** An animated picture of digits forming, for the README. */
  film: path('../../../docs/images/sample-forming.png'),
} as const;

export async function carriedModel(): Promise<Model> {
  await using source = await fileSource(carried.weights);
  return await readModel(source);
}
