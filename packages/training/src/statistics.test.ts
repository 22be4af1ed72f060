// Reference: means and rates worked out by hand, under a clock that the test moves.
import { describe, expect, it } from 'vitest';
import { StatisticsWindow, type StepResult } from './statistics';

const step = { learningRate: 0.5, gradientNorm: 3 };
const result = (index: number): StepResult => ({ ...step, step: index, times: [0], logSnrs: [9], losses: [1] });

function setUp(batch: number, steps: number) {
  let now = 1000;
  const window = new StatisticsWindow(() => now, batch, steps);
  const pass = (seconds: number): void => {
    now += seconds * 1000;
  };
  /** One step of so many seconds. */
  const run = (index: number, seconds: number): void => {
    pass(seconds);
    window.add(result(index));
  };
  const halt = (seconds: number): Promise<void> => window.halt(() => pass(seconds));
  return { window, run, halt, pass };
}

describe('statistics of a window of steps', () => {
  it('are means, quarters of t and the pace off halts', async () => {
    const { window, run, halt, pass } = setUp(2, 100);
    run(7, 500);
    window.report(0);
    window.add({ ...step, step: 8, times: [0.1, 0.3], logSnrs: [2.5, -0.5], losses: [1, 2] }, window.clock() + 1000);
    pass(2);
    window.add({
      ...step,
      step: 9,
      times: [0.24, 0.99],
      logSnrs: [2, -1e3],
      losses: [3, 6],
      gradientNorm: 5,
      learningRate: 0.25,
    });
    await halt(60);
    expect(window.elapsed).toBe(2000);
    expect(window.report(77)).toEqual({
      step: 10,
      images: 20,
      loss: 3,
      lossQuarters: [2, 2, null, 6],
      lossByLogSnr: {
        from: -20,
        counts: [1, ...Array(18).fill(0), 1, 0, 0, 2],
        losses: [6, ...Array(18).fill(null), 2, null, null, 2],
      },
      gradientNorm: 4,
      learningRate: 0.25,
      imagesPerSecond: 2,
      secondsPerKimg: 500,
      secondsLeft: 90,
      deviceBytes: 77,
    });
    expect(window.length).toBe(0);
    expect(window.elapsed).toBe(0);
  });
});

describe('the pace', () => {
  const pace = ({ window }: ReturnType<typeof setUp>) => {
    const { imagesPerSecond, secondsLeft, secondsPerKimg } = window.report(0);
    return [imagesPerSecond, secondsPerKimg, secondsLeft];
  };

  it('is unknown until a step has followed the first, during which kernels compile', () => {
    const now = setUp(10, 100);
    now.run(0, 300);
    expect(pace(now)).toEqual([null, null, null]);
    now.run(1, 5);
    expect(pace(now)).toEqual([2, 500, 490]);
  });

  it('leaves out the first step after a halt, and stays as it was when there is no other', async () => {
    const now = setUp(10, 100);
    now.run(0, 300);
    now.run(1, 5);
    await now.halt(1000);
    now.run(2, 40);
    now.run(3, 5);
    expect(pace(now)).toEqual([2, 500, 480]);
    await now.halt(1000);
    now.run(4, 40);
    expect(pace(now)).toEqual([2, 500, 475]);
    now.run(5, 10);
    expect(pace(now)).toEqual([1, 1000, 940]);
  });

  it('is that of steps after halts where no step follows another', async () => {
    const now = setUp(10, 100);
    now.run(0, 300);
    await now.halt(7);
    now.run(1, 40);
    await now.halt(7);
    now.run(2, 20);
    expect(pace(now)).toEqual([10 / 30, 3000, 30 * 97]);
  });

  it('goes by when steps ended, not by when they were looked at', () => {
    const { pass, run, window } = setUp(1, 100);
    run(0, 3);
    for (const index of [1, 2, 3]) {
      window.add(result(index), window.clock() + 1000 * index);
    }
    pass(3);
    expect(window.report(0).imagesPerSecond).toBe(1);
  });
});
