/** The network that comes with the page, and what was drawn from it beforehand. */
import { connectWorker } from '../worker/calls';
import type { CarriedHandlers } from './carried-worker';
import type { Trajectories } from './trajectories';

const address = (name: string): string => new URL(`model/${name}`, document.baseURI).href;

/** Weights of the preset mnist-tiny; made by scripts/make-model.ts. */
export const carriedWeights = (): string => address('mnist-tiny.safetensors');

let trajectories: Promise<Trajectories> | undefined;

async function readTrajectories(): Promise<Trajectories> {
  const worker = new Worker(new URL('./carried-worker.ts', import.meta.url), { type: 'module', name: 'carried' });
  const calls = connectWorker<CarriedHandlers>(worker);
  try {
    return await calls.call('read', address('mnist-tiny.trajectories.npz'));
  } finally {
    calls.close();
  }
}

/** Three samples of each class, step by step; made by scripts/make-trajectories.ts. Loaded once. */
export function carriedTrajectories(): Promise<Trajectories> {
  trajectories ??= readTrajectories();
  trajectories.catch(() => {
    trajectories = undefined;
  });
  return trajectories;
}
