// References: Math in double precision, and erf of ir/erf.ts, whose error is below 2e-15; errors in units in the last place
// of the float that is nearest to the exact value.
import { beforeAll, describe, expect, it } from 'vitest';
import { erf as exactErf } from '../../ir/erf';
import { threefry2x32 } from '../../random/threefry';
import type { Value } from '../assembler';
import { wasmFeatures } from '../features';
import { bitsOf, floatsOf, mapLanes } from '../testing/map-lanes';
import { erf, exp, expOfWeight, log, rsqrt, tanh } from './functions';
import type { VectorTarget } from './horner';

beforeAll(() => expect(wasmFeatures().relaxedSimd).toBe(true));

/** Floats of every sign and exponent, subnormal ones and NaN too, with 100 mantissas each, the ends among them. */
function everyExponent(): Uint32Array {
  const mantissas = Array.from({ length: 100 }, (_, i) =>
    i < 2 ? i : i < 4 ? 0x7fffff - (i - 2) : threefry2x32([1, 2], [i, 0])[0]! >>> 9,
  );
  const bits = [0, 1].flatMap((sign) =>
    Array.from({ length: 256 }, (_, e) => mantissas.map((m) => ((sign << 31) | (e << 23) | m) >>> 0)).flat(),
  );
  return Uint32Array.from(bits);
}

/** Floats in equal steps. */
const between = (low: number, high: number, count = 20000): Uint32Array =>
  bitsOf(Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1)));

/** Distance of floats around x. */
function ulp(x: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(x))));
  return 2 ** (Math.min(exponent, 127) - 23);
}

/** The largest error in ulp; what is not finite, and zeros, must be the same. */
function worst(inputs: Float32Array, found: Float32Array, exact: (x: number) => number): number {
  let error = 0;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    const y = found[i]!;
    const e = exact(x);
    const rounded = Math.fround(e);
    if (Object.is(y, rounded)) continue;
    if (Number.isNaN(y) || Number.isNaN(rounded)) throw new Error(`f(${x}) is ${y}, expected ${rounded}`);
    if (!Number.isFinite(y) !== !Number.isFinite(rounded)) throw new Error(`f(${x}) is ${y}, expected ${rounded}`);
    if (y === 0 && rounded === 0) throw new Error(`f(${x}) is a zero of another sign than ${rounded}`);
    error = Math.max(error, Math.abs(y - e) / ulp(e));
  }
  return error;
}

type OfVector = (target: VectorTarget, x: Value<'v128'>) => Value<'v128'>;

describe.each([
  ['relaxed', true],
  ['plain', false],
])('with %s SIMD', (_, relaxed) => {
  it.each<[string, OfVector, (x: number) => number, number, readonly [number, number][]]>([
    [
      'exp',
      exp,
      Math.exp,
      1,
      [
        [-104, 89],
        [-1, 1],
        [-104, -87],
        [88, 88.73],
      ],
    ],
    [
      'log',
      log,
      Math.log,
      3,
      [
        [0, 2],
        [0.5, 1.5],
        [0, 1e-38],
        [0.99, 1.01],
      ],
    ],
    [
      'tanh',
      tanh,
      Math.tanh,
      2,
      [
        [-10, 10],
        [-1, 1],
        [0.59, 0.61],
      ],
    ],
    [
      'erf',
      erf,
      (x) => (x === 0 ? x : exactErf(x)),
      6,
      [
        [-6, 6],
        [-1, 1],
        [0.49, 0.51],
      ],
    ],
    ['rsqrt', (_, x) => rsqrt(x), (x) => 1 / Math.sqrt(x), 1.5, [[0, 4]]],
  ])('%s', (_, f, exact, bound, ranges) => {
    for (const bits of [everyExponent(), ...ranges.map(([low, high]) => between(low, high))]) {
      const [found] = mapLanes(relaxed, [bits], 1, (target, [x]) => [f(target, x!)]);
      const error = worst(floatsOf(bits), floatsOf(found!), exact);
      expect(error).toBeLessThan(bound);
    }
  });

  it('expOfWeight', () => {
    const bits = between(-87, 88, 100000);
    const [found] = mapLanes(relaxed, [bits], 1, (target, [x]) => [expOfWeight(target, x!)]);
    expect(worst(floatsOf(bits), floatsOf(found!), Math.exp)).toBeLessThan(1);
    const low = bitsOf([-88, -1e30, Number.NEGATIVE_INFINITY, Number.NaN]);
    const [least] = mapLanes(relaxed, [low], 1, (target, [x]) => [expOfWeight(target, x!)]);
    for (const y of floatsOf(least!).subarray(0, 3)) expect(y).toBeLessThan(2e-38);
    expect(floatsOf(least!)[3]).toBeNaN();
  });

  it('erf beyond one half is off by less than 3.2e-7', () => {
    const bits = between(0.4769, 7);
    const [found] = mapLanes(relaxed, [bits], 1, (target, [x]) => [erf(target, x!)]);
    const inputs = floatsOf(bits);
    for (const [i, y] of floatsOf(found!).entries()) expect(Math.abs(y - exactErf(inputs[i]!))).toBeLessThan(3.2e-7);
  });
});
