// Reference: the README on what a run keeps. Steps are counted by hand, and a resumed run is compared with one that nothing
// disturbed.
import { describe, expect, it } from 'vitest';
import { checkpointName, listCheckpoints } from './checkpoints';
import { trainConfig } from './config';
import type { TrainEvent } from './events';
import { type CheckpointStorage, memoryStorage } from './storage';
import { singleOracle } from './testing/backends';
import { tinyBatch } from './testing/tiny-denoiser';
import { config, createTiny, recorder, uninterrupted, vectorsOf } from './testing/tiny-run';
import type { Trainer, TrainerOptions } from './trainer';

const create = (options: Partial<TrainerOptions> = {}): Promise<Trainer> => createTiny(singleOracle(), options);
const stepsIn = async (storage: CheckpointStorage): Promise<number[]> =>
  (await listCheckpoints(storage)).map(({ step }) => step);

/** Batches with one value that is no number at a step. */
const spoiltAt = (bad: number) => async (step: number) => {
  const batch = tinyBatch(step, config.batch);
  if (step === bad) batch.images[3] = Number.NaN;
  return batch;
};

describe('a loss that is no number', () => {
  it('ends the run with one line that names step, cause and checkpoint, and nothing is written', async () => {
    const storage = memoryStorage();
    using trainer = await create({ batches: spoiltAt(7), storage });
    await expect(trainer.train()).rejects.toMatchObject({
      name: 'TrainingError',
      message: expect.stringMatching(
        /^step 7: the loss is (NaN|-?Infinity); values of its images are no numbers; the last good checkpoint is that of step 5$/,
      ),
    });
    expect(await stepsIn(storage)).toEqual([5]);
  });

  it('of the data leaves the newest checkpoint alone, though no step was computed from it', async () => {
    const storage = memoryStorage();
    using trainer = await create({ batches: spoiltAt(10), storage });
    await expect(trainer.train()).rejects.toThrow('is that of step 10');
    expect(await stepsIn(storage)).toEqual([10, 5]);
  });
});

describe('weights that blow up', () => {
  /** After a rise of three steps, each moves the weights by the rate. */
  const explosive = (base: number) =>
    trainConfig({ ...config, optimizer: { name: 'adamw' }, learningRate: { base, warmup: 3 } });

  it.each([1, 3])('to what floats cannot square are never kept, nor is a good state removed: keep %i', async (keep) => {
    const storage = memoryStorage();
    const options = { config: explosive(1e30), storage, keep, checkpointEvery: 1 };
    using trainer = await create(options);
    // The first update, at a rate of 0, moves nothing; the second leaves weights of 3e29.
    await expect(trainer.train()).rejects.toThrow(
      /^step 1: its update left weights of norm \d\.\de\+30 \(params\); a lower learning rate or a gradient clip may help; the last good checkpoint is that of step 1$/,
    );
    expect(await stepsIn(storage)).toEqual([1]);
    using again = await create(options);
    expect(again.step).toBe(1);
  });

  it.each([1, 3])('to what a step computes no loss from are removed before what went before: keep %i', async (keep) => {
    const storage = memoryStorage();
    const options = { config: explosive(3e17), storage, keep, checkpointEvery: 1 };
    using trainer = await create({ ...options, backend: singleOracle() });
    await expect(trainer.train()).rejects.toThrow(/^step 2: the .*the last good checkpoint is that of step 1$/);
    expect(await stepsIn(storage)).toEqual([1]);
    const lower = trainConfig({ ...config, optimizer: { name: 'adamw' } });
    using mended = await create({ ...options, config: lower });
    expect(await mended.train()).toBe('done');
  });

  it.each([['with a storage', { storage: memoryStorage() }] as const, ['without one', {}] as const])(
    'in the very last step end the run %s',
    async (_where, kept) => {
      using trainer = await create({ config: trainConfig({ ...explosive(1e30), steps: 2 }), ...kept });
      const { onEvent, types } = recorder();
      await expect(trainer.train({ onEvent })).rejects.toThrow(/^step 1: its update left weights of norm/);
      expect(types()).not.toContain('done');
    },
  );
});

describe('checkpoints', () => {
  it('are one more until a step has been computed from the newest', async () => {
    const storage = memoryStorage();
    const seen: number[][] = [];
    const onEvent = async ({ type }: TrainEvent): Promise<void> => {
      if (type === 'checkpoint') seen.push(await stepsIn(storage));
    };
    using trainer = await create({ storage, keep: 1 });
    await trainer.train({ onEvent });
    expect(seen).toEqual([[5], [10, 5], [15, 10], [20, 15]]);
    expect(await stepsIn(storage)).toEqual([20]);
  });
});

describe('something outside of training that fails', () => {
  const failing = {
    'the data': { batches: undefined },
    'a handler of events': {},
  };
  const error = new Error('does not decode');

  it.each(Object.keys(failing))('costs no step: %s', async (what) => {
    const expected = await uninterrupted(singleOracle());
    const storage = memoryStorage();
    let works = false;
    const batches = async (step: number) => {
      if (what === 'the data' && step === 13 && !works) throw error;
      return tinyBatch(step, config.batch);
    };
    const onEvent = (event: TrainEvent): void => {
      if (what !== 'the data' && event.type === 'step' && event.step >= 13 && !works) throw error;
    };
    {
      using first = await create({ batches, storage, tick: { steps: 1 } });
      await expect(first.train({ onEvent })).rejects.toBe(error);
    }
    const [newest] = await stepsIn(storage);
    expect(newest).toBeGreaterThanOrEqual(13);
    expect(newest).toBeLessThan(20);
    works = true;
    using second = await create({ batches, storage });
    expect(second.step).toBe(newest);
    await second.train();
    expect(await vectorsOf(second)).toEqual(expected);
  });

  it('keeps no state that is not good', async () => {
    const storage = memoryStorage();
    const batches = async (step: number) => {
      if (step === 8) throw error;
      return spoiltAt(6)(step);
    };
    using trainer = await create({ batches, storage });
    await expect(trainer.train()).rejects.toBe(error);
    expect(await stepsIn(storage)).toEqual([5]);
  });

  it('is told, though writing a checkpoint fails too, and a storage that fails is told itself', async () => {
    const full: CheckpointStorage = {
      ...memoryStorage(),
      writeAtomic: async () => {
        throw new Error('no space left');
      },
    };
    const batches = async (step: number) => {
      if (step === 3) throw error;
      return tinyBatch(step, config.batch);
    };
    using trainer = await create({ batches, storage: full });
    await expect(trainer.train()).rejects.toBe(error);
    using other = await create({ storage: full });
    await expect(other.train()).rejects.toThrow('no space left');
  });

  it('is a wrong label too', async () => {
    const storage = memoryStorage();
    const batches = async (step: number) => ({
      ...tinyBatch(step, config.batch),
      ...(step === 4 && { labels: new Array<number>(config.batch).fill(99) }),
    });
    using trainer = await create({ batches, storage });
    await expect(trainer.train()).rejects.toThrow('step 4, example 0: label 99');
    expect(await storage.list()).toEqual([checkpointName(4)]);
  });
});
