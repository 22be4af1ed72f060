// References: threefry2x32 and uniformFromBits of random/threefry.ts, which are tested against published vectors, to the
// bit; inverseNormal in double precision.
import { expect, it } from 'vitest';
import { inverseNormal } from '../../random/inverse-normal';
import { threefry2x32, uniformFromBits } from '../../random/threefry';
import { wasmFeatures } from '../features';
import { floatsOf, mapLanes } from '../testing/map-lanes';
import { normal, threefry, uniform } from './random';

const SIZE = 4001;
const words = (seed: number): Uint32Array =>
  Uint32Array.from({ length: SIZE }, (_, i) => (i < 2 ? [0, 0xffffffff][i]! : threefry2x32([seed, 9], [i, 1])[0]));

it('threefry gives the bits of the oracle, lane by lane', () => {
  const inputs = [words(1), words(2), words(3), words(4)];
  const [first, second] = mapLanes(false, inputs, 2, (target, [a, b, c, d]) => threefry(target, [a!, b!], [c!, d!]));
  const at = (i: number) => inputs.map((x) => x[i]!) as [number, number, number, number];
  const expected = Array.from({ length: SIZE }, (_, i) => {
    const [a, b, c, d] = at(i);
    return threefry2x32([a, b], [c, d]);
  });
  expect(first).toEqual(Uint32Array.from(expected, ([x]) => x));
  expect(second).toEqual(Uint32Array.from(expected, ([, x]) => x));
});

it('uniform gives the numbers of the oracle', () => {
  const bits = words(5);
  const [found] = mapLanes(false, [bits], 1, (_, [x]) => [uniform(x!)]);
  expect(floatsOf(found!)).toEqual(Float32Array.from(bits, uniformFromBits));
});

it('normal is the quantile, and the same with and without relaxed SIMD', () => {
  expect(wasmFeatures().relaxedSimd).toBe(true);
  const bits = words(6);
  const [plain] = mapLanes(false, [bits], 1, (target, [x]) => [normal(target, uniform(x!))]);
  const [relaxed] = mapLanes(true, [bits], 1, (target, [x]) => [normal(target, uniform(x!))]);
  expect(relaxed).toEqual(plain);
  for (const [i, x] of floatsOf(plain!).entries()) {
    const exact = inverseNormal(uniformFromBits(bits[i]!));
    expect(Math.abs(x - exact)).toBeLessThanOrEqual(4e-7 + 8e-7 * Math.abs(exact));
  }
});
