import { erf } from './erf';

/**
 * The scalar operations, with their reading in double precision. Derivatives stand in `derivative.ts`, readings in the
 * language of a backend beside what prints it; TypeScript makes all of these tables total.
 */
/** Of f32 terms alone. */
export type UnaryOp = 'neg' | 'abs' | 'sign' | 'floor' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'tanh' | 'erf';

export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'rem';

export type CompareOp = 'lt' | 'le' | 'gt' | 'ge' | 'eq' | 'ne';

interface UnaryRow {
  number(x: number): number;
}

interface BinaryRow {
  /** Reading for f32 terms. */
  number(x: number, y: number): number;
  /** Reading for u32 terms, modulo 2³²; x/0 is x and x % 0 is 0. */
  u32(x: number, y: number): number;
}

export const unaryOps: Record<UnaryOp, UnaryRow> = {
  neg: { number: (x) => -x },
  abs: { number: Math.abs },
  sign: { number: Math.sign },
  floor: { number: Math.floor },
  exp: { number: Math.exp },
  log: { number: Math.log },
  sqrt: { number: Math.sqrt },
  rsqrt: { number: (x) => 1 / Math.sqrt(x) },
  tanh: { number: Math.tanh },
  erf: { number: erf },
};

export const binaryOps: Record<BinaryOp, BinaryRow> = {
  add: { number: (x, y) => x + y, u32: (x, y) => (x + y) >>> 0 },
  sub: { number: (x, y) => x - y, u32: (x, y) => (x - y) >>> 0 },
  mul: { number: (x, y) => x * y, u32: (x, y) => Math.imul(x, y) >>> 0 },
  div: { number: (x, y) => x / y, u32: (x, y) => (y === 0 ? x : Math.floor(x / y)) },
  min: { number: Math.min, u32: Math.min },
  max: { number: Math.max, u32: Math.max },
  rem: { number: (x, y) => x % y, u32: (x, y) => (y === 0 ? 0 : x % y) },
};

export const compareOps: Record<CompareOp, { number(x: number, y: number): boolean }> = {
  lt: { number: (x, y) => x < y },
  le: { number: (x, y) => x <= y },
  gt: { number: (x, y) => x > y },
  ge: { number: (x, y) => x >= y },
  eq: { number: (x, y) => x === y },
  ne: { number: (x, y) => x !== y },
};
