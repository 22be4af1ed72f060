// Reference: means and rates worked out by hand, under a clock that the test moves.
import { describe, expect, it } from 'vitest';
import { StatisticsWindow } from './statistics';

describe('statistics of a window of steps', () => {
  it('are means, quarters of t and the pace off pauses', async () => {
    let now = 1000;
    const window = new StatisticsWindow(() => now, 2, 100);
    const step = { learningRate: 0.5, gradientNorm: 3 };
    window.add({ ...step, step: 8, times: [0.1, 0.3], losses: [1, 2] });
    now += 2000;
    await window.pause(() => {
      now += 60_000;
    });
    window.add({ ...step, step: 9, times: [0.24, 0.99], losses: [3, 6], gradientNorm: 5, learningRate: 0.25 });
    expect(window.elapsed).toBe(2000);
    expect(window.report(77)).toEqual({
      step: 10,
      images: 20,
      loss: 3,
      lossQuarters: [2, 2, null, 6],
      gradientNorm: 4,
      learningRate: 0.25,
      imagesPerSecond: 2,
      secondsPerKimg: 500,
      secondsLeft: 90,
      gpuBytes: 77,
    });
    expect(window.length).toBe(0);
    expect(window.elapsed).toBe(0);
  });
});
