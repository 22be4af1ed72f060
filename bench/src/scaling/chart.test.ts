// Reference: positions worked out by hand on the chart's logarithmic axes.
import { expect, it } from 'vitest';
import { growthSvg } from './chart';

it('draws linear growth on the line of linear growth', () => {
  const points = [64, 256, 1024].map((x) => ({ x, y: 3 * x }));
  const svg = growthSvg('Growth', 'tokens', [{ name: 'time', unit: 'ms', points }]);
  // From the left edge (64) and the bottom (252) to the right edge (616) and the top (40); the middle size lies half way.
  expect(svg).toContain('points="64.0,252.0 616.0,40.0" fill="none" stroke="#bbb"');
  expect(svg).toContain('points="64.0,252.0 340.0,146.0 616.0,40.0"');
  expect(svg).toContain('time: 192 to 3072 ms');
});
