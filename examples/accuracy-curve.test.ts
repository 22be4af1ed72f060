// References: the numbers given. A run folder is made, sampled and judged in the test of the command line itself.
import { expect, it } from 'vitest';
import { curveSvg } from './accuracy-curve/svg';

it('draws every point of every series, higher accuracy further up', () => {
  const svg = curveSvg([
    {
      name: 'a',
      points: [
        { images: 100, accuracy: 0.2 },
        { images: 200, accuracy: 0.8 },
      ],
    },
    { name: 'b', points: [{ images: 400, accuracy: 1 }] },
  ]);
  const centres = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [Number(m[1]), Number(m[2])]);
  expect(centres).toHaveLength(3);
  expect(centres[0]![1]).toBeGreaterThan(centres[1]![1]!);
  expect(centres[2]![0]).toBe(620);
  expect(centres[2]![1]).toBe(36);
  expect(svg).toContain('>a</text>');
});
