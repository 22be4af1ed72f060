// Reference: averages by hand, and the definition: a set and itself have a distance of zero, a shift of brightness by s on
// d features one of d·s² (closed form of the Fréchet distance of equal covariances).
import { expect, it } from 'vitest';
import { frechetDistanceOfSets } from '../frechet';
import { pixelNetwork, pixelOptions } from './pixels';

it('averages images to a few pixels, of any size', async () => {
  using network = await pixelNetwork({ side: 2, channels: 1 });
  const ramp = Float32Array.from({ length: 4 * 4 * 3 }, (_, i) => Math.floor(i / 3) / 16 + (i % 3) / 100);
  const { count, pool } = await network.features({ count: 1, height: 4, width: 4, data: ramp });
  expect([count, network.featureSize]).toEqual([1, 4]);
  const expected = [2.5, 4.5, 10.5, 12.5].map((v) => v / 16 + 0.01);
  pool.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
  using rgb = await pixelNetwork({ side: 4 });
  expect([...(await rgb.features({ count: 1, height: 4, width: 4, data: ramp })).pool]).toEqual([...ramp]);
});

it('is named after what it does, and says that its numbers are no FID', async () => {
  using network = await pixelNetwork();
  using other = await pixelNetwork({ side: 8 });
  expect(network).toMatchObject({ name: 'pixels-16x16x3', featureSize: 768, resize: 'area' });
  expect(network.caveat).toContain('not comparable with FID');
  expect(network.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(other.digest).not.toBe(network.digest);
});

it('tells a shift of brightness', async () => {
  using network = await pixelNetwork({ side: 2 });
  const data = Float32Array.from({ length: 20 * 12 }, (_, i) => ((i * 29) % 50) / 100);
  const set = async (shift: number) => {
    const { pool } = await network.features({ count: 20, height: 2, width: 2, data: data.map((v) => v + shift) });
    return { count: 20, size: 12, rows: pool };
  };
  expect(frechetDistanceOfSets(await set(0), await set(0))).toBeCloseTo(0, 6);
  expect(frechetDistanceOfSets(await set(0), await set(0.5))).toBeCloseTo(12 * 0.25, 5);
});

it('is found by its name', () => {
  expect(pixelOptions('pixels')).toEqual({});
  expect(pixelOptions('pixels-8x8x1')).toEqual({ side: 8, channels: 1 });
  expect(pixelOptions('pixels-12x12x3')).toEqual({ side: 12, channels: 3 });
  for (const other of ['inception', 'pixels-8x9x3', 'pixels-8x8x4', 'pixels-8x8', 'xpixels']) {
    expect(pixelOptions(other)).toBeUndefined();
  }
});
