// References: JavaScript's own arithmetic on numbers, Math.fround, Math.imul and typed arrays, operator by operator; the
// engine's validation of every module.
import { describe, expect, it } from 'vitest';
import { ModuleBuilder } from './module';
import { f32, f64, i32 } from './scalar';
import type { Value, ValueType } from './value';
import { f32x4, f64x2, i32x4, v128 } from './vector';

const fround = Math.fround;
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.7,
  -3.7,
  1e-42,
  -1e-42,
  1e30,
  -3e38,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
]
  .concat([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 16777217, 1 / 3])
  .map(fround);
const DOUBLES = [...FLOATS, 1e-320, 1e308, Math.PI, 2 ** 53 + 2];
const INTS = [0, 1, 2, 3, 31, 32, 7, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff9, 0x12345678, 0xdeadbeef].map(
  (x) => x | 0,
);

/** −0, unlike +0, is below it. */
const below = (x: number, y: number): boolean => x < y || (x === 0 && y === 0 && Object.is(x, -0));
const least = (x: number, y: number): number => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : below(x, y) ? x : y);
const most = (x: number, y: number): number => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : below(x, y) ? y : x);
const copysign = (x: number, y: number): number => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x));
/** To the nearest whole number, ties to even. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (!Number.isFinite(x) || rest === 0) return x;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return copysign(Math.abs(up ? low + 1 : low), x);
}
const clamp = (x: number, low: number, high: number): number =>
  Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x))) | 0;
const toSigned = (x: number): number => clamp(x, -(2 ** 31), 2 ** 31 - 1);
const toUnsigned = (x: number): number => (Number.isNaN(x) ? 0 : Math.min(2 ** 32 - 1, Math.max(0, Math.trunc(x)))) | 0;
const bit = (x: boolean): number => (x ? 1 : 0);
const mask = (x: boolean): number => (x ? -1 : 0);
const floatOf = (bits: number): number => new Float32Array(Int32Array.of(bits).buffer)[0]!;
const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!;

type Kind = 'i32' | 'f32' | 'f64' | 'i32x4' | 'f32x4' | 'f64x2';
interface Row {
  readonly code: (...args: never[]) => Value;
  readonly takes: readonly Kind[];
  readonly gives: Kind;
  /** Of one lane. */
  readonly number: (...args: number[]) => number;
  /** Arguments that trap. */
  readonly not?: (...args: number[]) => boolean;
}

const ARRAYS = { i32: Int32Array, f32: Float32Array, f64: Float64Array } as const;
const LANES: Record<Kind, number> = { i32: 1, f32: 1, f64: 1, i32x4: 4, f32x4: 4, f64x2: 2 };
const elementOf = (kind: Kind) => kind.slice(0, 3) as 'i32' | 'f32' | 'f64';
const VALUES = { i32: INTS, f32: FLOATS, f64: DOUBLES };

const wasmType = (kind: Kind): ValueType => (LANES[kind] > 1 ? 'v128' : elementOf(kind));
const loads = { i32: i32.load, f32: f32.load, f64: f64.load, v128: v128.load } as const;

/** Runs one operator on all combinations of values, the lanes of a vector with different ones. */
function check(name: string, { code, takes, gives, number, not }: Row): void {
  const module = new ModuleBuilder();
  module.memory('memory', { minimum: 1 });
  module.export(
    module.function('run', [], (b) => {
      const args = takes.map((kind, i) => loads[wasmType(kind) as 'i32'](16 * i));
      b.store(64, code(...(args as never[])) as Value<'i32'>);
    }),
  );
  const bytes = module.bytes();
  expect(WebAssembly.validate(bytes), `${name} is valid`).toBe(true);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { buffer } = exports.memory as WebAssembly.Memory;
  const run = exports.run as () => void;
  const inputs = takes.map((kind, i) => new ARRAYS[elementOf(kind)](buffer, 16 * i, LANES[kind]));
  const output = new ARRAYS[elementOf(gives)](buffer, 64, LANES[gives]);
  const sets = takes.map((kind) => VALUES[elementOf(kind)]);
  const combinations = sets.reduce((n, set) => n * set.length, 1);
  for (let c = 0; c < combinations; c++) {
    // Lane l gets the combination that is 5·l further on.
    const argumentsOf = (l: number): number[] => {
      let rest = (c + 5 * l) % combinations;
      return sets.map((set) => {
        const value = set[rest % set.length]!;
        rest = Math.floor(rest / set.length);
        return value;
      });
    };
    const lanes = Array.from({ length: Math.max(...takes.map((kind) => LANES[kind])) }, (_, l) => argumentsOf(l));
    for (const args of lanes) for (const [i, kind] of takes.entries()) if (LANES[kind] === 1) args[i] = lanes[0]![i]!;
    if (not && lanes.some((args) => not(...args))) continue;
    for (const [l, args] of lanes.entries()) for (const [i, x] of args.entries()) inputs[i]![l % LANES[takes[i]!]] = x;
    run();
    for (let l = 0; l < LANES[gives]; l++) {
      // Lanes beyond a vector's are zeros, as of demoted doubles.
      const args = lanes[lanes.length === 1 ? 0 : l];
      const expected = args ? number(...args) : 0;
      const rounded = Array.from(new ARRAYS[elementOf(gives)]([expected]))[0]!;
      if (!Object.is(output[l], rounded)) {
        throw new Error(`${name}(${args}) in lane ${l} is ${output[l]}, expected ${rounded}`);
      }
    }
  }
}

const ints = (code: Row['code'], number: Row['number'], not?: Row['not']): Row => ({
  code,
  takes: number.length === 1 ? ['i32'] : ['i32', 'i32'],
  gives: 'i32',
  number,
  ...(not && { not }),
});
const of = (code: Row['code'], takes: Kind, gives: Kind, number: Row['number']): Row => ({
  code,
  takes: Array.from({ length: number.length }, () => takes),
  gives,
  number,
});
const u = (x: number): number => x >>> 0;
const byZero = (_: number, y: number): boolean => y === 0;

const I32: Record<string, Row> = {
  add: ints(i32.add, (x, y) => x + y),
  sub: ints(i32.sub, (x, y) => x - y),
  mul: ints(i32.mul, Math.imul),
  divS: ints(
    i32.divS,
    (x, y) => Math.trunc(x / y),
    (x, y) => y === 0 || (x === -(2 ** 31) && y === -1),
  ),
  divU: ints(i32.divU, (x, y) => Math.floor(u(x) / u(y)), byZero),
  remS: ints(i32.remS, (x, y) => x % y, byZero),
  remU: ints(i32.remU, (x, y) => u(x) % u(y), byZero),
  and: ints(i32.and, (x, y) => x & y),
  or: ints(i32.or, (x, y) => x | y),
  xor: ints(i32.xor, (x, y) => x ^ y),
  shl: ints(i32.shl, (x, y) => x << y),
  shrS: ints(i32.shrS, (x, y) => x >> y),
  shrU: ints(i32.shrU, (x, y) => x >>> y),
  rotl: ints(i32.rotl, (x, y) => (x << y) | (y & 31 ? x >>> (32 - (y & 31)) : 0)),
  eqz: ints(i32.eqz, (x) => bit(x === 0)),
  eq: ints(i32.eq, (x, y) => bit(x === y)),
  ne: ints(i32.ne, (x, y) => bit(x !== y)),
  ltS: ints(i32.ltS, (x, y) => bit(x < y)),
  ltU: ints(i32.ltU, (x, y) => bit(u(x) < u(y))),
  gtS: ints(i32.gtS, (x, y) => bit(x > y)),
  gtU: ints(i32.gtU, (x, y) => bit(u(x) > u(y))),
  leS: ints(i32.leS, (x, y) => bit(x <= y)),
  leU: ints(i32.leU, (x, y) => bit(u(x) <= u(y))),
  geS: ints(i32.geS, (x, y) => bit(x >= y)),
  geU: ints(i32.geU, (x, y) => bit(u(x) >= u(y))),
  truncSatF32S: of(i32.truncSatF32S, 'f32', 'i32', toSigned),
  truncSatF32U: of(i32.truncSatF32U, 'f32', 'i32', toUnsigned),
  truncSatF64S: of(i32.truncSatF64S, 'f64', 'i32', toSigned),
  truncSatF64U: of(i32.truncSatF64U, 'f64', 'i32', toUnsigned),
  reinterpretF32: of(i32.reinterpretF32, 'f32', 'i32', bitsOf),
};

type Floats = Pick<
  typeof f32,
  | ('add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest')
  | ('sqrt' | 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge')
>;
/** What a scalar type and its vector have in common. */
const floats = (ops: Record<keyof Floats, Row['code']>, kind: Kind, truth: Kind, yes: (x: boolean) => number) => ({
  add: of(ops.add, kind, kind, (x, y) => x + y),
  sub: of(ops.sub, kind, kind, (x, y) => x - y),
  mul: of(ops.mul, kind, kind, (x, y) => x * y),
  div: of(ops.div, kind, kind, (x, y) => x / y),
  min: of(ops.min, kind, kind, (x, y) => least(x, y)),
  max: of(ops.max, kind, kind, (x, y) => most(x, y)),
  abs: of(ops.abs, kind, kind, (x) => Math.abs(x)),
  neg: of(ops.neg, kind, kind, (x) => -x),
  ceil: of(ops.ceil, kind, kind, (x) => Math.ceil(x)),
  floor: of(ops.floor, kind, kind, (x) => Math.floor(x)),
  trunc: of(ops.trunc, kind, kind, (x) => Math.trunc(x)),
  nearest: of(ops.nearest, kind, kind, (x) => nearest(x)),
  sqrt: of(ops.sqrt, kind, kind, (x) => Math.sqrt(x)),
  eq: of(ops.eq, kind, truth, (x, y) => yes(x === y)),
  ne: of(ops.ne, kind, truth, (x, y) => yes(x !== y)),
  lt: of(ops.lt, kind, truth, (x, y) => yes(x < y)),
  gt: of(ops.gt, kind, truth, (x, y) => yes(x > y)),
  le: of(ops.le, kind, truth, (x, y) => yes(x <= y)),
  ge: of(ops.ge, kind, truth, (x, y) => yes(x >= y)),
});

const F32: Record<string, Row> = {
  ...floats(f32, 'f32', 'i32', bit),
  copysign: of(f32.copysign, 'f32', 'f32', copysign),
  convertI32S: of(f32.convertI32S, 'i32', 'f32', (x) => x),
  convertI32U: of(f32.convertI32U, 'i32', 'f32', u),
  demoteF64: of(f32.demoteF64, 'f64', 'f32', (x) => x),
  reinterpretI32: of(f32.reinterpretI32, 'i32', 'f32', floatOf),
};
const F64: Record<string, Row> = {
  ...floats(f64, 'f64', 'i32', bit),
  copysign: of(f64.copysign, 'f64', 'f64', copysign),
  convertI32S: of(f64.convertI32S, 'i32', 'f64', (x) => x),
  convertI32U: of(f64.convertI32U, 'i32', 'f64', u),
  promoteF32: of(f64.promoteF32, 'f32', 'f64', (x) => x),
};

const F32X4: Record<string, Row> = {
  ...floats(f32x4, 'f32x4', 'i32x4', mask),
  splat: of(f32x4.splat, 'f32', 'f32x4', (x) => x),
  pmin: of(f32x4.pmin, 'f32x4', 'f32x4', (x, y) => [x, y][bit(y < x)]!),
  pmax: of(f32x4.pmax, 'f32x4', 'f32x4', (x, y) => [x, y][bit(x < y)]!),
  convertI32x4S: of(f32x4.convertI32x4S, 'i32x4', 'f32x4', (x) => x),
  convertI32x4U: of(f32x4.convertI32x4U, 'i32x4', 'f32x4', u),
  demoteF64x2: of(f32x4.demoteF64x2, 'f64x2', 'f32x4', (x) => x),
};
const F64X2: Record<string, Row> = {
  splat: of(f64x2.splat, 'f64', 'f64x2', (x) => x),
  add: of(f64x2.add, 'f64x2', 'f64x2', (x, y) => x + y),
  sub: of(f64x2.sub, 'f64x2', 'f64x2', (x, y) => x - y),
  mul: of(f64x2.mul, 'f64x2', 'f64x2', (x, y) => x * y),
  div: of(f64x2.div, 'f64x2', 'f64x2', (x, y) => x / y),
  sqrt: of(f64x2.sqrt, 'f64x2', 'f64x2', (x) => Math.sqrt(x)),
  floor: of(f64x2.floor, 'f64x2', 'f64x2', (x) => Math.floor(x)),
  trunc: of(f64x2.trunc, 'f64x2', 'f64x2', (x) => Math.trunc(x)),
  promoteLowF32x4: of(f64x2.promoteLowF32x4, 'f32x4', 'f64x2', (x) => x),
};
const lanes = (code: Row['code'], number: Row['number']): Row => of(code, 'i32x4', 'i32x4', number);
const shifts = (code: Row['code'], number: Row['number']): Row => ({
  code,
  takes: ['i32x4', 'i32'],
  gives: 'i32x4',
  number,
});
const I32X4: Record<string, Row> = {
  splat: of(i32x4.splat, 'i32', 'i32x4', (x) => x),
  add: lanes(i32x4.add, (x, y) => x + y),
  sub: lanes(i32x4.sub, (x, y) => x - y),
  mul: lanes(i32x4.mul, (x, y) => Math.imul(x, y)),
  neg: lanes(i32x4.neg, (x) => -x),
  abs: lanes(i32x4.abs, (x) => Math.abs(x)),
  minS: lanes(i32x4.minS, (x, y) => Math.min(x, y)),
  minU: lanes(i32x4.minU, (x, y) => Math.min(u(x), u(y))),
  maxS: lanes(i32x4.maxS, (x, y) => Math.max(x, y)),
  maxU: lanes(i32x4.maxU, (x, y) => Math.max(u(x), u(y))),
  shl: shifts(i32x4.shl, (x, y) => x << y),
  shrS: shifts(i32x4.shrS, (x, y) => x >> y),
  shrU: shifts(i32x4.shrU, (x, y) => x >>> y),
  eq: lanes(i32x4.eq, (x, y) => mask(x === y)),
  ne: lanes(i32x4.ne, (x, y) => mask(x !== y)),
  ltS: lanes(i32x4.ltS, (x, y) => mask(x < y)),
  ltU: lanes(i32x4.ltU, (x, y) => mask(u(x) < u(y))),
  gtS: lanes(i32x4.gtS, (x, y) => mask(x > y)),
  gtU: lanes(i32x4.gtU, (x, y) => mask(u(x) > u(y))),
  leS: lanes(i32x4.leS, (x, y) => mask(x <= y)),
  leU: lanes(i32x4.leU, (x, y) => mask(u(x) <= u(y))),
  geS: lanes(i32x4.geS, (x, y) => mask(x >= y)),
  geU: lanes(i32x4.geU, (x, y) => mask(u(x) >= u(y))),
  truncSatF32x4S: of(i32x4.truncSatF32x4S, 'f32x4', 'i32x4', toSigned),
  truncSatF32x4U: of(i32x4.truncSatF32x4U, 'f32x4', 'i32x4', toUnsigned),
};
const V128: Record<string, Row> = {
  not: lanes(v128.not, (x) => ~x),
  and: lanes(v128.and, (x, y) => x & y),
  andnot: lanes(v128.andnot, (x, y) => x & ~y),
  or: lanes(v128.or, (x, y) => x | y),
  xor: lanes(v128.xor, (x, y) => x ^ y),
  bitselect: lanes(v128.bitselect, (m, x, y) => (x & m) | (y & ~m)),
};

/** Checked by hand in `assembler.test.ts`: what reads memory or takes the number of a lane. */
const ELSEWHERE: Record<string, readonly string[]> = {
  i32: ['const', 'load', 'load8U', 'load16U'],
  f32: ['const', 'load'],
  f64: ['const', 'load'],
  v128: ['const', 'load', 'load32Splat', 'load32Zero', 'load64Zero', 'load32Lane', 'anyTrue'],
  i32x4: ['const', 'extract', 'replace', 'shuffle', 'allTrue', 'bitmask'],
  f32x4: ['const', 'extract', 'replace', 'relaxedMadd', 'relaxedNmadd'],
  f64x2: ['const', 'extract'],
};

describe.each([
  ['i32', i32, I32],
  ['f32', f32, F32],
  ['f64', f64, F64],
  ['v128', v128, V128],
  ['i32x4', i32x4, I32X4],
  ['f32x4', f32x4, F32X4],
  ['f64x2', f64x2, F64X2],
] as const)('%s', (type, ops, rows) => {
  it('has a row for each of its operators', () => {
    expect([...Object.keys(rows), ...ELSEWHERE[type]!].sort()).toEqual(Object.keys(ops).sort());
  });
  it.each(Object.keys(rows))('%s', (name) => check(`${type}.${name}`, rows[name]!));
});
