// Reference: a made-up clock, worked out by hand.
import { expect, it } from 'vitest';
import { timeKernels } from './kernel-time';

/** Kernels whose measurements take the seconds of a list, each after the one before it. */
function kernels(...seconds: readonly number[]) {
  const ended: number[] = [];
  const left = [...seconds];
  const open = (index: number) => ({
    label: `kernel ${index}`,
    form: 'fold',
    items: 10 * index,
    measure: async (repeats: number): Promise<number> => {
      const took = left.shift();
      if (took === undefined) throw new Error('the device is lost');
      return took * repeats;
    },
    end: () => void ended.push(index),
  });
  return { ended, open };
}

it('the shortest measurement counts, the first is told apart, and each kernel is ended', async () => {
  const { ended, open } = kernels(5, 0.03, 0.02, 0.04, 7, 0.5, 0.6, 0.7);
  expect(await timeKernels(3, { kernels: [2, 0] }, 100, open)).toEqual([
    { label: 'kernel 2', form: 'fold', items: 20, milliseconds: 20, firstMilliseconds: 5000 },
    { label: 'kernel 0', form: 'fold', items: 0, milliseconds: 500, firstMilliseconds: 7000 },
  ]);
  expect(ended).toEqual([2, 0]);
});

it('a kernel is ended too where timing it fails, and one that the plan does not have is refused', async () => {
  const { ended, open } = kernels(1);
  await expect(timeKernels(1, {}, 100, open)).rejects.toThrow('the device is lost');
  expect(ended).toEqual([0]);
  for (const wrong of [1, -1, 0.5]) {
    await expect(timeKernels(1, { kernels: [wrong] }, 100, open)).rejects.toThrow(`kernel ${wrong} of a plan of 1`);
  }
});
