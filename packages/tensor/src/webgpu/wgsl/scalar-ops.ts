import type { BinaryOp, CompareOp, UnaryOp } from '../../ir/scalar-ops';

/** The scalar operations in WGSL. */

const infix =
  (op: string) =>
  (x: string, y: string): string =>
    `(${x} ${op} ${y})`;
const call =
  (name: string) =>
  (...xs: string[]): string =>
    `${name}(${xs.join(', ')})`;

export const unaryText: Record<UnaryOp, (x: string) => string> = {
  neg: (x) => `(-${x})`,
  abs: call('abs'),
  sign: call('sign'),
  floor: call('floor'),
  exp: call('exp'),
  log: call('log'),
  sqrt: call('sqrt'),
  rsqrt: call('inverseSqrt'),
  // WGSL's tanh may overflow inside for large arguments; beyond 9 it is 1 to float precision.
  tanh: (x) => `tanh(clamp(${x}, -9.0, 9.0))`,
  erf: call('ns_erf'),
};

/** Of f32 and u32 alike. */
export const binaryText: Record<BinaryOp, (x: string, y: string) => string> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  min: call('min'),
  max: call('max'),
  rem: infix('%'),
};

export const compareText: Record<CompareOp, (x: string, y: string) => string> = {
  lt: infix('<'),
  le: infix('<='),
  gt: infix('>'),
  ge: infix('>='),
  eq: infix('=='),
  ne: infix('!='),
};
