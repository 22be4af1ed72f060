import { erf } from './erf';

/**
 * The scalar operations, one row each: its reading in double precision and its reading in WGSL.
 * Derivatives stand in `derivative.ts`; TypeScript makes both tables total.
 */
/** Of f32 terms alone. */
export type UnaryOp = 'neg' | 'abs' | 'sign' | 'floor' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'tanh' | 'erf';

export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'rem';

export type CompareOp = 'lt' | 'le' | 'gt' | 'ge' | 'eq' | 'ne';

interface UnaryRow {
  number(x: number): number;
  wgsl(x: string): string;
}

interface BinaryRow {
  /** Reading for f32 terms. */
  number(x: number, y: number): number;
  /** Reading for u32 terms, modulo 2³²; x/0 is x and x % 0 is 0, as in WGSL. */
  u32(x: number, y: number): number;
  wgsl(x: string, y: string): string;
}

const infix =
  (op: string) =>
  (x: string, y: string): string =>
    `(${x} ${op} ${y})`;
const call =
  (name: string) =>
  (...xs: string[]): string =>
    `${name}(${xs.join(', ')})`;
export const unaryOps: Record<UnaryOp, UnaryRow> = {
  neg: { number: (x) => -x, wgsl: (x) => `(-${x})` },
  abs: { number: Math.abs, wgsl: call('abs') },
  sign: { number: Math.sign, wgsl: call('sign') },
  floor: { number: Math.floor, wgsl: call('floor') },
  exp: { number: Math.exp, wgsl: call('exp') },
  log: { number: Math.log, wgsl: call('log') },
  sqrt: { number: Math.sqrt, wgsl: call('sqrt') },
  rsqrt: { number: (x) => 1 / Math.sqrt(x), wgsl: call('inverseSqrt') },
  // WGSL's tanh may overflow inside for large arguments; beyond 9 it is 1 to float precision.
  tanh: { number: Math.tanh, wgsl: (x) => `tanh(clamp(${x}, -9.0, 9.0))` },
  erf: { number: erf, wgsl: call('ns_erf') },
};

export const binaryOps: Record<BinaryOp, BinaryRow> = {
  add: { number: (x, y) => x + y, u32: (x, y) => (x + y) >>> 0, wgsl: infix('+') },
  sub: { number: (x, y) => x - y, u32: (x, y) => (x - y) >>> 0, wgsl: infix('-') },
  mul: { number: (x, y) => x * y, u32: (x, y) => Math.imul(x, y) >>> 0, wgsl: infix('*') },
  div: { number: (x, y) => x / y, u32: (x, y) => (y === 0 ? x : Math.floor(x / y)), wgsl: infix('/') },
  min: { number: Math.min, u32: Math.min, wgsl: call('min') },
  max: { number: Math.max, u32: Math.max, wgsl: call('max') },
  rem: { number: (x, y) => x % y, u32: (x, y) => (y === 0 ? 0 : x % y), wgsl: infix('%') },
};

export const compareOps: Record<
  CompareOp,
  { number(x: number, y: number): boolean; wgsl(x: string, y: string): string }
> = {
  lt: { number: (x, y) => x < y, wgsl: infix('<') },
  le: { number: (x, y) => x <= y, wgsl: infix('<=') },
  gt: { number: (x, y) => x > y, wgsl: infix('>') },
  ge: { number: (x, y) => x >= y, wgsl: infix('>=') },
  eq: { number: (x, y) => x === y, wgsl: infix('==') },
  ne: { number: (x, y) => x !== y, wgsl: infix('!=') },
};
