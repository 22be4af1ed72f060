// Reference: the usage text; the plans that the choices give; a table written by hand.
import { leastProfile, makePlan, openDevice, webgpuTarget } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { productGraph, siteOf, timeWays } from './measure';
import { parseProducts, usualProducts } from './products';
import { tilesTable } from './table';

describe('products', () => {
  it('are sizes with an x between them', () => {
    expect(parseProducts('8x4x12, 1024x256x512')).toEqual([
      { m: 8, n: 4, k: 12 },
      { m: 1024, n: 256, k: 512 },
    ]);
  });
  it.each(['', '8x4', '8x4x0', '8x4x1.5', '8x4x2,'])('refuses %j', (list) => {
    expect(() => parseProducts(list)).toThrow(/^--products: ".*", expected MxNxK, such as 1024x256x512$/);
  });
});

it.each([
  ['a GPU', { ...leastProfile, software: false }],
  ['a CPU', { ...leastProfile, software: true, subgroupSize: 8 }],
])('every way of a product is another plan on %s', (_, profile) => {
  const target = webgpuTarget(profile);
  for (const product of usualProducts) {
    const { key, candidates } = siteOf(product, target);
    expect(candidates.length).toBeGreaterThan(2);
    const plans = candidates.map((name) => {
      const plan = makePlan(productGraph(product), target, { choices: new Map([[key, name]]) });
      expect(plan.sites.map(({ chosen }) => chosen)).toEqual([name]);
      return plan.kernels.map(({ code }) => code).join('\n');
    });
    expect(new Set(plans).size).toBe(candidates.length);
  }
});

it('the table has a row for each way, that of the rules first, beside the best', () => {
  const ways = [
    { name: 'quads 32x32', milliseconds: 0.02 },
    { name: 'rows 8x32', milliseconds: 0.016 },
  ];
  expect(tilesTable([{ product: { m: 100, n: 200, k: 400 }, ways }]).split('\n')).toEqual([
    '| m × n over k       | way                   |   µs | GFLOP/s | to the best |',
    '| ------------------ | --------------------- | ---: | ------: | ----------: |',
    '| 100 × 200 over 400 | quads 32x32 (by rule) | 20.0 |     800 |        1.25 |',
    '| 100 × 200 over 400 | rows 8x32             | 16.0 |    1000 |        1.00 |',
  ]);
});

it('WebGPU: every way that there is here is timed, that of the rules first', async () => {
  using device = await openDevice();
  const product = { m: 36, n: 32, k: 40 };
  const ways = await timeWays(device, product, 1);
  expect(ways.map(({ name }) => name)).toEqual(siteOf(product, device.target).candidates);
  for (const { milliseconds } of ways) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(milliseconds).toBeLessThan(Number.POSITIVE_INFINITY);
  }
});
