import type { Backend } from '@noisesmith/tensor';
import { trainConfig } from '../config';
import type { TrainEvent } from '../events';
import { trainStateNames } from '../train-step';
import { Trainer, type TrainerOptions } from '../trainer';
import type { Vectors } from './states';
import { tinyBatch, tinyDenoiser } from './tiny-denoiser';

export const denoiser = tinyDenoiser();

/** A run of 20 steps of the tiny network, in which weights move and all kinds of draws take part. */
export const config = trainConfig({
  seed: 4,
  steps: 20,
  batch: 8,
  inputScale: 0.5,
  labelDropout: 0.2,
  selfConditioning: { rate: 0.7 },
  learningRate: { base: 1e-2, warmup: 3, decay: 'cosine@0.7' },
  ema: { decay: 0.99, warmup: 'ramp' },
});

export const createTiny = (backend: Backend, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create({
    backend,
    denoiser,
    config,
    batches: async (step) => tinyBatch(step, config.batch),
    tick: { steps: 5 },
    checkpointEvery: 5,
    ...options,
  });

export async function vectorsOf(trainer: Trainer): Promise<Vectors> {
  const entries = trainStateNames.map(async (name) => [name, await trainer.read(name)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Vectors;
}

/** The state after a run that nothing disturbs. */
export async function uninterrupted(backend: Backend, options: Partial<TrainerOptions> = {}): Promise<Vectors> {
  using trainer = await createTiny(backend, options);
  await trainer.train();
  return await vectorsOf(trainer);
}

export function recorder() {
  const events: TrainEvent[] = [];
  return {
    events,
    onEvent: (event: TrainEvent): void => void events.push(event),
    types: (): string[] => events.map(({ type }) => type),
    warnings: (): string[] => events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
  };
}
