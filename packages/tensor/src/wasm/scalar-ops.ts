import type { BinaryOp, CompareOp, UnaryOp } from '../ir/scalar-ops';
import { f32x4, i32, i32x4, select, type Value, v128 } from './assembler';
import { erf, exp, log, rem, rsqrt, sign, tanh } from './math/functions';
import type { VectorTarget } from './math/horner';

type Vector = Value<'v128'>;
type Binary = (x: Vector, y: Vector) => Vector;

/**
 * The scalar operations in four lanes; truth values are lanes of ones and zeros. A single element is lane 0 of a vector: one
 * reading serves whole rows and their ends, which so agree to the bit.
 */
export interface VectorReading {
  readonly unary: Record<UnaryOp, (x: Vector) => Vector>;
  readonly binary: Record<BinaryOp, { readonly f32: Binary; readonly u32: Binary }>;
  readonly compare: Record<CompareOp, { readonly f32: Binary; readonly u32: Binary }>;
  /** `yes` where the condition holds. */
  select(condition: Vector, yes: Vector, no: Vector): Vector;
  /** Conversions of values to the type of that name, see `toU32`. */
  readonly cast: { f32(x: Vector): Vector; u32(x: Vector): Vector };
}

const LANES = [0, 1, 2, 3] as const;

/** What integer instruction has no form for vectors, lane by lane. */
function byLane(
  { b }: VectorTarget,
  each: (x: Value<'i32'>, y: Value<'i32'>) => Value<'i32'>,
): (x: Vector, y: Vector) => Vector {
  return (first, second) => {
    const [x, y] = [b.let(first), b.let(second)];
    const lane = (l: number): Value<'i32'> => each(b.let(i32x4.extract(x, l)), b.let(i32x4.extract(y, l)));
    return LANES.slice(1).reduce<Vector>((made, l) => i32x4.replace(made, l, lane(l)), i32x4.splat(lane(0)));
  };
}

/** `y` where it is not 0, else 1: what may be divided by. */
const divisor = (y: Value<'i32'>): Value<'i32'> => select(y, y, i32.const(1));

const LARGEST_FROM_F32 = 0xffffff00;

/** The reading whose statements go into the body of `target`. */
export function vectorReading(target: VectorTarget): VectorReading {
  return {
    unary: {
      neg: f32x4.neg,
      abs: f32x4.abs,
      sign: (x) => sign(target, x),
      floor: f32x4.floor,
      exp: (x) => exp(target, x),
      log: (x) => log(target, x),
      sqrt: f32x4.sqrt,
      rsqrt,
      tanh: (x) => tanh(target, x),
      erf: (x) => erf(target, x),
    },
    binary: {
      add: { f32: f32x4.add, u32: i32x4.add },
      sub: { f32: f32x4.sub, u32: i32x4.sub },
      mul: { f32: f32x4.mul, u32: i32x4.mul },
      // x/0 is x.
      div: { f32: f32x4.div, u32: byLane(target, (x, y) => i32.divU(x, divisor(y))) },
      min: { f32: f32x4.min, u32: i32x4.minU },
      max: { f32: f32x4.max, u32: i32x4.maxU },
      // x % 0 is 0, as x % 1 is.
      rem: { f32: (x, y) => rem(target, x, y), u32: byLane(target, (x, y) => i32.remU(x, divisor(y))) },
    },
    compare: {
      lt: { f32: f32x4.lt, u32: i32x4.ltU },
      le: { f32: f32x4.le, u32: i32x4.leU },
      gt: { f32: f32x4.gt, u32: i32x4.gtU },
      ge: { f32: f32x4.ge, u32: i32x4.geU },
      eq: { f32: f32x4.eq, u32: i32x4.eq },
      ne: { f32: f32x4.ne, u32: i32x4.ne },
    },
    select: v128.bitselect,
    cast: {
      f32: f32x4.convertI32x4U,
      u32: (x) => i32x4.minU(i32x4.truncSatF32x4U(x), LARGEST_FROM_F32),
    },
  };
}
