// Reference: a made-up clock with a known fence and a known time per repeat; overlaps by hand.
import { describe, expect, it } from 'vitest';
import { overlapOf } from './ceilings';
import { secondsEach } from './seconds-each';

describe('secondsEach', () => {
  const fence = 3e-4;
  const clock = (each: number) => {
    const asked: number[] = [];
    return {
      asked,
      measure: async (repeats: number): Promise<number> => {
        asked.push(repeats);
        return fence + each * repeats;
      },
    };
  };
  it.each([1e-6, 5e-5, 2e-3])('repeats %d s of work until the fence is a small part', async (each) => {
    const { asked, measure } = clock(each);
    const seconds = await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 1e6, attempts: 1 });
    expect(asked.at(-1)! * each + fence).toBeGreaterThanOrEqual(0.01);
    expect(seconds / each).toBeLessThan(1.04);
  });
  it('leaves the first measurement out and repeats long work no more', async () => {
    const { asked, measure } = clock(0.5);
    expect(await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 100, attempts: 1 })).toBe(0.5 + fence);
    expect(asked).toEqual([1, 1]);
  });
  it('takes the shortest of some attempts, and is not stopped early by a long one', async () => {
    const { asked, measure } = clock(1e-4);
    const disturbed = async (repeats: number): Promise<number> =>
      (await measure(repeats)) + (asked.length % 3 === 2 ? 0.05 : 0);
    const seconds = await secondsEach(disturbed, { atLeastSeconds: 0.01, mostRepeats: 1e6, attempts: 3 });
    expect(seconds).toBeCloseTo(1e-4 + fence / asked.at(-1)!, 12);
    expect(asked.at(-1)! * 1e-4 + fence).toBeGreaterThanOrEqual(0.01);
  });
  it('stops at the most repeats', async () => {
    const { asked, measure } = clock(0);
    expect(await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 100, attempts: 1 })).toBe(fence / 100);
    expect(asked.at(-1)).toBe(100);
  });
});

describe('overlapOf', () => {
  it.each([
    ['the longer alone: all of the shorter is hidden', 3, 2, 3, 1],
    ['one after the other: nothing is', 3, 2, 5, 0],
    ['half of the shorter', 2, 3, 4, 0.5],
    ['more than one after the other, by chance', 3, 2, 5.2, 0],
    ['less than the longer, by chance', 3, 2, 2.9, 1],
  ] as const)('%s', (_, arithmetic, loads, both, overlap) => {
    expect(overlapOf(arithmetic, loads, both)).toBeCloseTo(overlap, 12);
  });
});
