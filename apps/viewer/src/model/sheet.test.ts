// A sheet of three images of one pixel, laid out by hand.
import { expect, it } from 'vitest';
import { sheet } from './sheet';
import { emptyTrajectories, enterStep } from './trajectories';

it('lays images out with clear gaps', () => {
  const trajectories = emptyTrajectories({
    shape: [1, 1, 1],
    seeds: [0, 1, 2],
    labels: [null, null, null],
    moments: [
      { t: 1, logSnr: 0 },
      { t: 0, logSnr: 9 },
    ],
  });
  const [x, x0] = [Float32Array.of(0, 0.2, 3), Float32Array.of(1, 1, 1)];
  enterStep(trajectories, { index: 0, first: 0, count: 3, x, x0 });
  const { data, height, width } = sheet(trajectories, 'x', 0, 2);
  expect([width, height]).toEqual([3, 3]);
  const pixel = (i: number) => [...data.slice(4 * i, 4 * i + 4)];
  expect([0, 2, 6].map(pixel)).toEqual([
    [0, 0, 0, 255],
    [51, 51, 51, 255],
    [255, 255, 255, 255],
  ]);
  expect([1, 3, 8].map((i) => pixel(i)[3])).toEqual([0, 0, 0]);
  expect([...sheet(trajectories, 'x0', 0, 3).data.slice(0, 4)]).toEqual([255, 255, 255, 255]);
});
