// Reference: the readings of every scalar operation in numbers (ir/scalar-ops.ts, ir/dtype.ts), which the oracle computes
// with, rounded to float; and for functions that have no instruction the errors that math/functions.test.ts states.
import { describe, expect, it } from 'vitest';
import { toU32 } from '../ir/dtype';
import { type BinaryOp, binaryOps, type CompareOp, compareOps, type UnaryOp, unaryOps } from '../ir/scalar-ops';
import type { Value } from './assembler';
import { type VectorReading, vectorReading } from './scalar-ops';
import { bitsOf, floatsOf, mapLanes } from './testing/map-lanes';

const FLOATS = [0, -0, 1, -1, 0.25, -0.75, 2.5, -2.5, 3, 7.75, -9, 1e-30, 1e-41, -3e8, 4e9, 5e9, 16777215, 1e38]
  .concat([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
  .map(Math.fround);
const WORDS = [0, 1, 2, 3, 7, 10, 255, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

function pairs(values: readonly number[]): [number[], number[]] {
  const all = values.flatMap((x) => values.map((y) => [x, y] as const));
  return [all.map(([x]) => x), all.map(([, y]) => y)];
}

type Vector = Value<'v128'>;
type Read = (reading: VectorReading, x: Vector, y: Vector) => Vector;

const of = (xs: Uint32Array, ys: Uint32Array, read: Read): Uint32Array =>
  mapLanes(false, [xs, ys], 1, (target, [x, y]) => [read(vectorReading(target), x!, y!)])[0]!;

/** The same float, or one that differs by a few ulp. */
function expectClose(found: Float32Array, expected: readonly number[], what: (i: number) => string): void {
  for (const [i, y] of found.entries()) {
    const e = Math.fround(expected[i]!);
    const near = Math.abs(y - e) <= 4 * 2 ** -23 * Math.abs(e);
    if (!Object.is(y, e) && !(near && Object.is(Math.sign(y), Math.sign(e))))
      throw new Error(`${what(i)} is ${y}, expected ${e}`);
  }
}

const [left, right] = pairs(FLOATS);
const [wordsLeft, wordsRight] = pairs(WORDS).map((x) => Uint32Array.from(x)) as [Uint32Array, Uint32Array];

describe('the vector reading', () => {
  it.each(Object.keys(unaryOps) as UnaryOp[])('%s', (op) => {
    const bits = bitsOf(FLOATS);
    const found = floatsOf(of(bits, bits, ({ unary }, x) => unary[op](x)));
    expectClose(found, FLOATS.map(unaryOps[op].number), (i) => `${op}(${FLOATS[i]})`);
  });

  it.each(Object.keys(binaryOps) as BinaryOp[])('%s of floats and of whole numbers', (op) => {
    const { number, u32 } = binaryOps[op];
    const found = floatsOf(of(bitsOf(left), bitsOf(right), ({ binary }, x, y) => binary[op].f32(x, y)));
    const inRange = (i: number) => op !== 'rem' || !(Math.abs(left[i]! / right[i]!) >= 2 ** 29);
    const expected = left.map((x, i) => (inRange(i) ? number(x, right[i]!) : found[i]!));
    expectClose(found, expected, (i) => `${op}(${left[i]}, ${right[i]})`);
    const words = of(wordsLeft, wordsRight, ({ binary }, x, y) => binary[op].u32(x, y));
    expect(words).toEqual(wordsLeft.map((x, i) => u32(x, wordsRight[i]!)));
  });

  it.each(Object.keys(compareOps) as CompareOp[])('%s of floats and of whole numbers', (op) => {
    const { number } = compareOps[op];
    const mask = (truth: boolean) => (truth ? 0xffffffff : 0);
    const found = of(bitsOf(left), bitsOf(right), ({ compare }, x, y) => compare[op].f32(x, y));
    expect(found).toEqual(Uint32Array.from(left, (x, i) => mask(number(x, right[i]!))));
    const words = of(wordsLeft, wordsRight, ({ compare }, x, y) => compare[op].u32(x, y));
    expect(words).toEqual(wordsLeft.map((x, i) => mask(number(x, wordsRight[i]!))));
  });

  it('select takes the first where the condition holds', () => {
    const found = of(bitsOf(left), bitsOf(right), ({ select, compare }, x, y) => select(compare.lt.f32(x, y), x, y));
    expect(found).toEqual(bitsOf(left.map((x, i) => [right[i]!, x][Number(x < right[i]!)]!)));
  });

  it('cast converts values', () => {
    const bits = bitsOf(FLOATS);
    expect(of(bits, bits, ({ cast }, x) => cast.u32(x))).toEqual(Uint32Array.from(FLOATS, toU32));
    const found = of(wordsLeft, wordsLeft, ({ cast }, x) => cast.f32(x));
    expect(floatsOf(found)).toEqual(Float32Array.from(wordsLeft));
  });
});
