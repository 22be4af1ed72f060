// Reference: the definition in the docstrings, on a run of our own whose losses and clock are given.
import type { StepStatistics } from '@noisesmith/training';
import { expect, it } from 'vitest';
import { type LaneEvent, type Trainable, trainLane } from './lane';

/** Steps whose loss is 10, 9, 8 …, each a second long, drawing another three. */
function fakeRun(steps: number) {
  let clock = 0;
  let step = 0;
  const run: Trainable = {
    steps,
    parameters: 1,
    get step() {
      return step;
    },
    onBatch: () => undefined,
    async train({ onEvent, signal }) {
      run.onBatch();
      while (step < steps && !signal.aborted) {
        if (step + 1 < steps) run.onBatch();
        clock += 1000;
        step += 1;
        const told = { step, images: 2 * step, loss: 11 - step, imagesPerSecond: 100 + step, secondsPerKimg: 1 };
        await onEvent({ type: 'step', ...(told as unknown as StepStatistics) });
      }
      return step < steps ? 'interrupted' : 'done';
    },
    async sample() {
      clock += 3000;
      const images = { count: 0, height: 1, width: 1, channels: 1, data: new Uint8Array() };
      return { type: 'images', step, images, labels: [] };
    },
    [Symbol.dispose]: () => undefined,
  };
  const events: LaneEvent[] = [];
  const emit = (event: LaneEvent): void => void events.push(event);
  return { run, events, training: { emit, now: () => clock, signal: new AbortController().signal } };
}

it.each([1, 3])('goes exactly %i steps', async (steps) => {
  const { run, training } = fakeRun(10);
  expect(await trainLane(run, { ...training, stop: { steps } })).toBe('steps');
  expect(run.step).toBe(steps);
  expect(await trainLane(run, { ...training, stop: { steps } })).toBe('steps');
  expect(run.step).toBe(2 * steps);
});

it('ends at the last step whatever is asked for', async () => {
  const { run, training } = fakeRun(3);
  expect(await trainLane(run, { ...training, stop: { steps: 3 } })).toBe('done');
});

it('stops where the running mean of the loss has come down, not at one low loss', async () => {
  const { run, training } = fakeRun(10);
  // Means: 10, 9.9, 9.71, 9.439, …
  expect(await trainLane(run, { ...training, stop: { loss: 9.8 } })).toBe('loss');
  expect(run.step).toBe(3);
});

it('pauses', async () => {
  const { run, training } = fakeRun(10);
  const controller = new AbortController();
  const emit = (event: LaneEvent): void => {
    if (event.type === 'step' && event.step === 4) controller.abort();
  };
  expect(await trainLane(run, { ...training, emit, signal: controller.signal })).toBe('paused');
  expect(run.step).toBe(4);
});

it('draws by the clock, and does not take drawing for training', async () => {
  const { events, run, training } = fakeRun(5);
  await trainLane(run, { ...training, sampleSeconds: 2 });
  expect(events.map(({ type }) => type)).toEqual(['step', 'step', 'images', 'step', 'step', 'images', 'step']);
  const steps = events.filter((event) => event.type === 'step');
  // The report after the samples has waited for them.
  expect(steps.map(({ imagesPerSecond }) => imagesPerSecond)).toEqual([101, 102, 102, 104, 104]);
  expect(steps.at(-1)!.secondsLeft).toBe(0);
});
