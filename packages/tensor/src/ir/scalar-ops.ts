import { erf } from './erf';

/**
 * The scalar operations, one row each: its reading in double precision and its reading in WGSL.
 * Derivatives stand in `derivative.ts`; TypeScript makes both tables total.
 */
export type UnaryOp = 'neg' | 'abs' | 'sign' | 'floor' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'tanh' | 'erf' | 'not';

export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'min'
  | 'max'
  | 'rem'
  | 'bitand'
  | 'bitor'
  | 'bitxor'
  | 'shl'
  | 'shr';

export type CompareOp = 'lt' | 'le' | 'gt' | 'ge' | 'eq' | 'ne';

interface UnaryRow {
  number(x: number): number;
  wgsl(x: string): string;
}

interface BinaryRow {
  /** Reading for f32 terms. */
  number(x: number, y: number): number;
  /** Reading for u32 terms (wraps modulo 2³²); the float reading is used where it is the same. */
  u32?(x: number, y: number): number;
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
const integersOnly = (op: string) => (): number => {
  throw new TypeError(`${op} needs integer operands`);
};

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
  not: { number: (x) => (x ? 0 : 1), wgsl: (x) => `(!${x})` },
};

export const binaryOps: Record<BinaryOp, BinaryRow> = {
  add: { number: (x, y) => x + y, u32: (x, y) => (x + y) >>> 0, wgsl: infix('+') },
  sub: { number: (x, y) => x - y, u32: (x, y) => (x - y) >>> 0, wgsl: infix('-') },
  mul: { number: (x, y) => x * y, u32: (x, y) => Math.imul(x, y) >>> 0, wgsl: infix('*') },
  div: { number: (x, y) => x / y, u32: (x, y) => Math.trunc(x / y) >>> 0, wgsl: infix('/') },
  min: { number: Math.min, wgsl: call('min') },
  max: { number: Math.max, wgsl: call('max') },
  rem: { number: (x, y) => x % y, wgsl: infix('%') },
  bitand: { number: integersOnly('bitand'), u32: (x, y) => (x & y) >>> 0, wgsl: infix('&') },
  bitor: { number: integersOnly('bitor'), u32: (x, y) => (x | y) >>> 0, wgsl: infix('|') },
  bitxor: { number: integersOnly('bitxor'), u32: (x, y) => (x ^ y) >>> 0, wgsl: infix('^') },
  shl: { number: integersOnly('shl'), u32: (x, y) => (x << y) >>> 0, wgsl: infix('<<') },
  shr: { number: integersOnly('shr'), u32: (x, y) => x >>> y, wgsl: infix('>>') },
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
