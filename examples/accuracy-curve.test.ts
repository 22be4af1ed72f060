// References: the numbers given. A run folder is made, sampled and judged in the test of the command line itself.
import { expect, it } from 'vitest';
import { curveSvg } from './accuracy-curve/svg';

it('draws every point of every series: higher accuracy further up, a smaller distance further down', () => {
  const svg = curveSvg([
    {
      name: 'a',
      points: [
        { images: 100, accuracy: 0.2, frechet: 30 },
        { images: 200, accuracy: 0.8, frechet: 3 },
      ],
    },
    { name: 'b', points: [{ images: 400, accuracy: 1, frechet: 0.5 }] },
  ]);
  const centres = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [Number(m[1]), Number(m[2])]);
  expect(centres).toHaveLength(6);
  const [a1, a2, b, c1, c2, d] = centres as [number, number][];
  expect(a1![1]).toBeGreaterThan(a2![1]!);
  expect(b).toEqual([620, 36]);
  expect(c1![1]).toBeLessThan(c2![1]!);
  expect(c2![1]).toBeLessThan(d![1]!);
  // The lowest value of a logarithmic scale from 0.5 to 50 stands at its bottom, ten times as much half-way up.
  expect(d).toEqual([620, 36 + 276 + 40 + 276]);
  expect(svg).toContain('>a</text>');
  expect(svg).not.toContain('NaN');
});

it('draws runs whose distances are all alike, or none', () => {
  const point = { images: 8, accuracy: 0, frechet: 3 };
  for (const points of [[point, point], []]) expect(curveSvg([{ name: 'a', points }])).not.toMatch(/NaN|Infinity/);
});
