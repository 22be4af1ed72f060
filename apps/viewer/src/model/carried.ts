/** The network that comes with the page, and what was drawn from it beforehand. */
import { fetchBytes } from './fetch-bytes';
import type { Trajectories } from './trajectories';
import { decodeTrajectories } from './trajectories-npz';

const address = (name: string): string => new URL(`model/${name}`, document.baseURI).href;

/** Weights of the preset mnist-tiny; made by scripts/make-model.ts. */
export const carriedWeights = (): string => address('mnist-tiny.safetensors');

let trajectories: Promise<Trajectories> | undefined;

/** Three samples of each class, step by step; made by scripts/make-trajectories.ts. Loaded once. */
export function carriedTrajectories(): Promise<Trajectories> {
  trajectories ??= fetchBytes(address('mnist-tiny.trajectories.npz')).then(decodeTrajectories);
  trajectories.catch(() => {
    trajectories = undefined;
  });
  return trajectories;
}
