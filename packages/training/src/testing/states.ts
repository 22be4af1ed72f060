import { collectParts } from '@noisesmith/formats';
import type { TakePiece, TrainState } from '../checkpoint';
import type { TrainConfig } from '../config';
import type { CheckpointStorage } from '../storage';
import { type TrainStateName, trainStateNames } from '../train-step';

export type Vectors = Readonly<Record<TrainStateName, Float32Array<ArrayBuffer>>>;

/** A state whose vectors lie in memory. */
export const stateOf = (step: number, config: TrainConfig, vectors: Vectors): TrainState => ({
  step,
  config,
  read: async (name, from, count) => vectors[name].subarray(from, from + count),
});

/** Puts pieces together to whole vectors of `size` elements. */
export function vectorsTaker(size: number): { readonly take: TakePiece; readonly vectors: Vectors } {
  const vectors = Object.fromEntries(trainStateNames.map((name) => [name, new Float32Array(size)])) as Vectors;
  return { vectors, take: (name, from, values) => vectors[name].set(values, from) };
}

async function* one(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield bytes;
}

export const writeBytes = (storage: CheckpointStorage, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> =>
  storage.writeAtomic(name, one(bytes));

/** A file of a storage, whole. */
export async function bytesOfStored(storage: CheckpointStorage, name: string): Promise<Uint8Array<ArrayBuffer>> {
  await using source = await storage.open(name);
  return await collectParts(one((await source.read(0, source.size)) as Uint8Array<ArrayBuffer>));
}
