import { binary, load, memoryArgument, read, ternary, unary, vector } from './operators';
import { asValue, type Like, Value, v128Const, vectorCode } from './value';

/** A vector, or a number for all its lanes. */
export type FloatVector = Value<'v128'> | number;
export type IntVector = Value<'v128'> | number;

const bytesOf = (lanes: Float32Array | Uint32Array | Float64Array): Uint8Array => new Uint8Array(lanes.buffer);
const float = (like: FloatVector): Value<'v128'> =>
  typeof like === 'number' ? v128Const(bytesOf(new Float32Array(4).fill(like))) : asValue('v128', like);
const int = (like: IntVector): Value<'v128'> =>
  typeof like === 'number' ? v128Const(bytesOf(new Uint32Array(4).fill(like))) : asValue('v128', like);
const double = (like: FloatVector): Value<'v128'> =>
  typeof like === 'number' ? v128Const(bytesOf(new Float64Array(2).fill(like))) : asValue('v128', like);
const any = read('v128') as (like: Value<'v128'>) => Value<'v128'>;

const v = (code: number) => binary(vector(code), any, any, 'v128');
const f = (code: number) => binary(vector(code), float, float, 'v128');
const f1 = (code: number) => unary(vector(code), float, 'v128');
const f3 = (code: number) => ternary(vector(code), float, 'v128');
const i = (code: number) => binary(vector(code), int, int, 'v128');
const i1 = (code: number) => unary(vector(code), int, 'v128');
const d = (code: number) => binary(vector(code), double, double, 'v128');
const d1 = (code: number) => unary(vector(code), double, 'v128');
/** Shifts every lane by the same number of bits. */
const shift = (code: number) => binary(vector(code), int, read('i32'), 'v128');

function lane(name: string, index: number, lanes: number): number {
  if (Number.isInteger(index) && index >= 0 && index < lanes) return index;
  throw new RangeError(`${name}: lane ${index}, expected one from 0 to ${lanes - 1}`);
}

const extract =
  <R extends 'i32' | 'f32' | 'f64'>(name: string, code: number, lanes: number, result: R) =>
  (x: Value<'v128'>, index: number): Value<R> => {
    const [value, at] = [any(x), lane(name, index, lanes)];
    return new Value(result, (out) => {
      value.write(out);
      vectorCode(out, code);
      out.byte(at);
    });
  };

const replace =
  <T extends 'i32' | 'f32'>(name: string, code: number, type: T) =>
  (x: Value<'v128'>, index: number, y: Like<T>): Value<'v128'> => {
    const [value, at, element] = [any(x), lane(name, index, 4), asValue<T>(type, y as Value<T> | number)];
    return new Value('v128', (out) => {
      value.write(out);
      element.write(out);
      vectorCode(out, code);
      out.byte(at);
    });
  };

/** Bits of all lanes, whatever they mean. Core specification 3.0, §5.4.9. */
export const v128 = {
  const: (bytes: Uint8Array): Value<'v128'> => {
    if (bytes.length !== 16) throw new RangeError(`v128.const of ${bytes.length} bytes, expected 16`);
    return v128Const(bytes);
  },
  load: load(vector(0), 16, 'v128'),
  /** The 4 bytes at an address, in all four lanes. */
  load32Splat: load(vector(9), 4, 'v128'),
  /** The 4 bytes at an address in lane 0, zeros in the others. */
  load32Zero: load(vector(0x5c), 4, 'v128'),
  /** The 8 bytes at an address in lanes 0 and 1, zeros in the others. */
  load64Zero: load(vector(0x5d), 8, 'v128'),
  /** `x` with the 4 bytes at an address in lane `index`. */
  load32Lane: (address: Like<'i32'>, x: Value<'v128'>, index: number, offset = 0): Value<'v128'> => {
    const [at, value, to] = [asValue('i32', address), any(x), lane('v128.load32Lane', index, 4)];
    return new Value('v128', (out) => {
      at.write(out);
      value.write(out);
      vectorCode(out, 0x56);
      memoryArgument(out, 4, offset);
      out.byte(to);
    });
  },
  not: unary(vector(0x4d), any, 'v128'),
  and: v(0x4e),
  /** Bits of x that are not in y. */
  andnot: v(0x4f),
  or: v(0x50),
  xor: v(0x51),
  /** Bits of `yes` where `mask` has a 1, else of `no`. */
  bitselect: (mask: Value<'v128'>, yes: Value<'v128'>, no: Value<'v128'>): Value<'v128'> =>
    ternary(vector(0x52), any, 'v128')(yes, no, mask),
  anyTrue: unary(vector(0x53), any, 'i32'),
};

/** Four whole numbers of 32 bits; a number stands for all lanes. Comparisons give lanes of ones or zeros. */
export const i32x4 = {
  const: (...lanes: readonly [number, number, number, number]): Value<'v128'> =>
    v128Const(bytesOf(Uint32Array.from(lanes))),
  splat: unary(vector(0x11), read('i32'), 'v128'),
  extract: extract('i32x4.extract', 0x1b, 4, 'i32'),
  replace: replace('i32x4.replace', 0x1c, 'i32'),
  add: i(0xae),
  sub: i(0xb1),
  mul: i(0xb5),
  neg: i1(0xa1),
  abs: i1(0xa0),
  minS: i(0xb6),
  minU: i(0xb7),
  maxS: i(0xb8),
  maxU: i(0xb9),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  eq: i(0x37),
  ne: i(0x38),
  ltS: i(0x39),
  ltU: i(0x3a),
  gtS: i(0x3b),
  gtU: i(0x3c),
  leS: i(0x3d),
  leU: i(0x3e),
  geS: i(0x3f),
  geU: i(0x40),
  allTrue: unary(vector(0xa3), int, 'i32'),
  /** The sign bits of the lanes, lane 0 lowest. */
  bitmask: unary(vector(0xa4), int, 'i32'),
  /** Towards zero; NaN is 0, what is too large is the largest. */
  truncSatF32x4S: unary(vector(0xf8), float, 'v128'),
  truncSatF32x4U: unary(vector(0xf9), float, 'v128'),
  /** Four lanes of the eight that x (0 to 3) and y (4 to 7) have. */
  shuffle: (x: Value<'v128'>, y: Value<'v128'>, lanes: readonly [number, number, number, number]): Value<'v128'> => {
    const [first, second] = [any(x), any(y)];
    const bytes = lanes.flatMap((l) => [0, 1, 2, 3].map((byte) => 4 * lane('i32x4.shuffle', l, 8) + byte));
    return new Value('v128', (out) => {
      first.write(out);
      second.write(out);
      vectorCode(out, 0x0d);
      out.raw(bytes);
    });
  },
};

/** Four numbers of 32 bits; a number stands for all lanes. Comparisons give lanes of ones or zeros. */
export const f32x4 = {
  const: (...lanes: readonly [number, number, number, number]): Value<'v128'> =>
    v128Const(bytesOf(Float32Array.from(lanes))),
  splat: unary(vector(0x13), read('f32'), 'v128'),
  extract: extract('f32x4.extract', 0x1f, 4, 'f32'),
  replace: replace('f32x4.replace', 0x20, 'f32'),
  add: f(0xe4),
  sub: f(0xe5),
  mul: f(0xe6),
  div: f(0xe7),
  /** NaN where either is; −0 is below +0. */
  min: f(0xe8),
  max: f(0xe9),
  /** y < x ? y : x, one instruction of most processors. */
  pmin: f(0xea),
  /** x < y ? y : x, one instruction of most processors. */
  pmax: f(0xeb),
  abs: f1(0xe0),
  neg: f1(0xe1),
  sqrt: f1(0xe3),
  ceil: f1(0x67),
  floor: f1(0x68),
  trunc: f1(0x69),
  /** To the nearest whole number, ties to even. */
  nearest: f1(0x6a),
  eq: f(0x41),
  ne: f(0x42),
  lt: f(0x43),
  gt: f(0x44),
  le: f(0x45),
  ge: f(0x46),
  convertI32x4S: unary(vector(0xfa), int, 'v128'),
  convertI32x4U: unary(vector(0xfb), int, 'v128'),
  /** Two doubles in lanes 0 and 1, zeros in the others. */
  demoteF64x2: unary(vector(0x5e), double, 'v128'),
  /** x·y + z, rounded once or twice, as is fastest: relaxed SIMD, which not every runtime has. */
  relaxedMadd: f3(0x105),
  /** −x·y + z, rounded once or twice: relaxed SIMD. */
  relaxedNmadd: f3(0x106),
};

/** Two numbers of 64 bits; a number stands for both lanes. */
export const f64x2 = {
  const: (...lanes: readonly [number, number]): Value<'v128'> => v128Const(bytesOf(Float64Array.from(lanes))),
  splat: unary(vector(0x14), read('f64'), 'v128'),
  extract: extract('f64x2.extract', 0x21, 2, 'f64'),
  add: d(0xf0),
  sub: d(0xf1),
  mul: d(0xf2),
  div: d(0xf3),
  sqrt: d1(0xef),
  floor: d1(0x75),
  trunc: d1(0x7a),
  /** Lanes 0 and 1 of four floats. */
  promoteLowF32x4: unary(vector(0x5f), float, 'v128'),
};
