import { binary, load, plain, read, unary } from './operators';
import { asValue, f32Const, f64Const, i32Const, type Like, TYPE_CODES, Value } from './value';

const I = read('i32');
const F = read('f32');
const D = read('f64');

const i = (code: number) => binary(plain(code), I, I, 'i32');
const f = (code: number) => binary(plain(code), F, F, 'f32');
const d = (code: number) => binary(plain(code), D, D, 'f64');
const fCompare = (code: number) => binary(plain(code), F, F, 'i32');
const dCompare = (code: number) => binary(plain(code), D, D, 'i32');

type I32 = Like<'i32'>;

/** Folds two constants, and leaves out what changes nothing: addresses are sums in which much is known. */
const folded =
  (make: (x: I32, y: I32) => Value<'i32'>, number: (x: number, y: number) => number, identity?: number, left = true) =>
  (x: I32, y: I32): Value<'i32'> => {
    const [a, b] = [asValue('i32', x), asValue('i32', y)];
    if (a.constant !== undefined && b.constant !== undefined) return i32Const(number(a.constant, b.constant));
    if (b.constant !== undefined && b.constant === identity) return a;
    if (left && a.constant !== undefined && a.constant === identity) return b;
    return make(a, b);
  };

/**
 * Whole numbers of 32 bits, modulo 2³²; numbers stand for constants. Comparisons give 1 or 0. Core specification 3.0,
 * §4.3.2 for what they do, §5.4.6 for their codes.
 */
export const i32 = {
  const: i32Const,
  add: folded(i(0x6a), (x, y) => (x + y) | 0, 0),
  sub: folded(i(0x6b), (x, y) => (x - y) | 0, 0, false),
  mul: folded(i(0x6c), Math.imul, 1),
  /** Quotient towards zero of signed numbers; traps where y is 0. */
  divS: i(0x6d),
  /** Quotient of unsigned numbers; traps where y is 0. */
  divU: i(0x6e),
  remS: i(0x6f),
  remU: i(0x70),
  and: i(0x71),
  or: i(0x72),
  xor: i(0x73),
  shl: folded(i(0x74), (x, y) => x << y, 0, false),
  shrS: i(0x75),
  shrU: i(0x76),
  rotl: i(0x77),
  eqz: unary(plain(0x45), I, 'i32'),
  eq: i(0x46),
  ne: i(0x47),
  ltS: i(0x48),
  ltU: i(0x49),
  gtS: i(0x4a),
  gtU: i(0x4b),
  leS: i(0x4c),
  leU: i(0x4d),
  geS: i(0x4e),
  geU: i(0x4f),
  /** Towards zero; NaN is 0, what is too large is the largest. */
  truncSatF32S: unary(plain2(0), F, 'i32'),
  truncSatF32U: unary(plain2(1), F, 'i32'),
  truncSatF64S: unary(plain2(2), D, 'i32'),
  truncSatF64U: unary(plain2(3), D, 'i32'),
  reinterpretF32: unary(plain(0xbc), F, 'i32'),
  load: load(plain(0x28), 4, 'i32'),
  load8U: load(plain(0x2d), 1, 'i32'),
  load16U: load(plain(0x2f), 2, 'i32'),
};

function plain2(code: number) {
  return (out: { byte(value: number): void }): void => {
    out.byte(0xfc);
    out.byte(code);
  };
}

export const f32 = {
  const: f32Const,
  add: f(0x92),
  sub: f(0x93),
  mul: f(0x94),
  div: f(0x95),
  /** NaN where either is; −0 is below +0. */
  min: f(0x96),
  max: f(0x97),
  copysign: f(0x98),
  abs: unary(plain(0x8b), F, 'f32'),
  neg: unary(plain(0x8c), F, 'f32'),
  ceil: unary(plain(0x8d), F, 'f32'),
  floor: unary(plain(0x8e), F, 'f32'),
  trunc: unary(plain(0x8f), F, 'f32'),
  /** To the nearest whole number, ties to even. */
  nearest: unary(plain(0x90), F, 'f32'),
  sqrt: unary(plain(0x91), F, 'f32'),
  eq: fCompare(0x5b),
  ne: fCompare(0x5c),
  lt: fCompare(0x5d),
  gt: fCompare(0x5e),
  le: fCompare(0x5f),
  ge: fCompare(0x60),
  convertI32S: unary(plain(0xb2), I, 'f32'),
  convertI32U: unary(plain(0xb3), I, 'f32'),
  demoteF64: unary(plain(0xb6), D, 'f32'),
  reinterpretI32: unary(plain(0xbe), I, 'f32'),
  load: load(plain(0x2a), 4, 'f32'),
};

export const f64 = {
  const: f64Const,
  add: d(0xa0),
  sub: d(0xa1),
  mul: d(0xa2),
  div: d(0xa3),
  min: d(0xa4),
  max: d(0xa5),
  copysign: d(0xa6),
  abs: unary(plain(0x99), D, 'f64'),
  neg: unary(plain(0x9a), D, 'f64'),
  ceil: unary(plain(0x9b), D, 'f64'),
  floor: unary(plain(0x9c), D, 'f64'),
  trunc: unary(plain(0x9d), D, 'f64'),
  nearest: unary(plain(0x9e), D, 'f64'),
  sqrt: unary(plain(0x9f), D, 'f64'),
  eq: dCompare(0x61),
  ne: dCompare(0x62),
  lt: dCompare(0x63),
  gt: dCompare(0x64),
  le: dCompare(0x65),
  ge: dCompare(0x66),
  convertI32S: unary(plain(0xb7), I, 'f64'),
  convertI32U: unary(plain(0xb8), I, 'f64'),
  promoteF32: unary(plain(0xbb), F, 'f64'),
  load: load(plain(0x2b), 8, 'f64'),
};

/** `yes` where `condition` is not 0, else `no`; both are computed. */
export function select<T extends 'i32' | 'f32' | 'f64' | 'v128'>(
  condition: I32,
  yes: Value<T>,
  no: Value<T>,
): Value<T> {
  const when = asValue('i32', condition);
  if (yes.type !== no.type) throw new TypeError(`select between ${yes.type} and ${no.type}, expected one type`);
  return new Value(yes.type, (out) => {
    yes.write(out);
    no.write(out);
    when.write(out);
    // The untyped form is for numbers alone, and v128 is none in every engine.
    out.raw([0x1c, 1, TYPE_CODES[yes.type]]);
  });
}

/** Pages of 64 KiB that the memory has. */
export const memorySize = (): Value<'i32'> => new Value('i32', (out) => out.raw([0x3f, 0]));
