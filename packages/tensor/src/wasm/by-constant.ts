import { i32, type Value } from './assembler';

type Int = Value<'i32'>;

const powerOf = (n: number): number | undefined => (Number.isInteger(Math.log2(n)) ? Math.log2(n) : undefined);

/** x · factor modulo 2³², by a shift where that does. */
export function scaled(x: Int, factor: number): Int {
  const power = powerOf(factor);
  return power === undefined || x.constant !== undefined ? i32.mul(x, factor) : i32.shl(x, power);
}

/** ⌊x / by⌋ of an unsigned x, by a shift where that does. */
export function quotient(x: Int, by: number): Int {
  const power = powerOf(by);
  if (by === 1) return x;
  return power === undefined ? i32.divU(x, by) : i32.shrU(x, power);
}

/** What is left of an unsigned x divided by `by`, by a mask where that does. */
export const remainder = (x: Int, by: number): Int =>
  powerOf(by) === undefined ? i32.remU(x, by) : i32.and(x, by - 1);
