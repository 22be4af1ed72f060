import { ATANH_SERIES } from '../../random/inverse-normal';
import { f32x4, f64x2, i32x4, type Value, v128 } from '../assembler';
import { horner, type VectorTarget } from './horner';

type Vector = Value<'v128'>;

/**
 * Functions of four floats, which WebAssembly has no instruction for. Errors are in units in the last place of the result
 * (ulp), over all floats; `functions.test.ts` looks at each of them. Infinities, NaN, numbers below 2⁻¹²⁶ and the sign of
 * zero come out as of `Math`.
 */

const SIGN = 0x80000000;

/** What is `magnitude`, without its sign, with the sign of x. */
const withSign = (magnitude: Vector, x: Vector): Vector =>
  v128.or(f32x4.abs(magnitude), v128.and(x, i32x4.const(SIGN, SIGN, SIGN, SIGN)));

/** (eʳ − 1 − r)/r² for |r| ≤ ½ ln 2: minimax, relative error of eʳ below 3.2e-9. */
const EXP = [0.4999999333, 0.1666651894, 0.04166840798, 0.008368921797, 0.001381417399] as const;
/** ln 2 in two parts (Cody & Waite 1980): the first has 9 bits, so that its multiples are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;
/** Added to a float below 2²², leaves it rounded to a whole number in the lowest bits. */
const ROUNDER = 1.5 * 2 ** 23;
const ROUNDER_BITS = 0x4b400000;

/** eˣ. At most 1 ulp off, in what is below 2⁻¹²⁶ too. */
export function exp(target: VectorTarget, x: Vector): Vector {
  const { b, madd } = target;
  // Beyond these it is ∞ and 0. NaN stays: it is the first operand.
  const c = b.let(f32x4.pmax(f32x4.pmin(x, 89), -104));
  const rounded = b.let(madd(c, 1 / Math.LN2, ROUNDER));
  const n = b.let(f32x4.sub(rounded, ROUNDER));
  const r = b.let(madd(n, -LN2_LOW, madd(n, -LN2_HIGH, c)));
  const p = b.let(f32x4.add(madd(b.let(f32x4.mul(r, r)), horner(target, EXP, r), r), 1));
  // 2ⁿ in two factors, since n goes from −150 to 128.
  const whole = b.let(i32x4.sub(rounded, ROUNDER_BITS));
  const half = b.let(i32x4.shrS(whole, 1));
  const power = (n: Vector): Vector => i32x4.shl(i32x4.add(n, 127), 23);
  return f32x4.mul(f32x4.mul(p, power(half)), power(i32x4.sub(whole, half)));
}

/** eˣ of x up to 88, and of what is below −87 as of that: for weights, which nothing below 2⁻¹²⁵ counts in. At most 1 ulp off. */
export function expOfWeight(target: VectorTarget, x: Vector): Vector {
  const { b, madd } = target;
  const c = b.let(f32x4.pmax(x, -87));
  const rounded = b.let(madd(c, 1 / Math.LN2, ROUNDER));
  const n = b.let(f32x4.sub(rounded, ROUNDER));
  const r = b.let(madd(n, -LN2_LOW, madd(n, -LN2_HIGH, c)));
  const p = f32x4.add(madd(b.let(f32x4.mul(r, r)), horner(target, EXP, r), r), 1);
  // The bits of what rounds are shifted out.
  return f32x4.mul(p, i32x4.shl(i32x4.add(rounded, 127), 23));
}

/** ln x of x from 2⁻¹²⁶ to the largest float, by basic arithmetic alone, as WGSL's `ns_log`. At most 3 ulp off. */
export function logOfNormal(target: VectorTarget, x: Vector): Vector {
  const { b, madd } = target;
  const ROOT_HALF = 0x3f3504f3;
  const bits = b.let(i32x4.sub(x, ROOT_HALF));
  const e = f32x4.convertI32x4S(i32x4.shrS(bits, 23));
  const m = b.let(i32x4.add(v128.and(bits, i32x4.const(0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff)), ROOT_HALF));
  const s = b.let(f32x4.div(f32x4.sub(m, 1), f32x4.add(m, 1)));
  return madd(e, Math.LN2, f32x4.mul(f32x4.mul(s, 2), horner(target, ATANH_SERIES, f32x4.mul(s, s))));
}

/** ln x; NaN below 0. At most 3 ulp off. */
export function log(target: VectorTarget, value: Vector): Vector {
  const { b } = target;
  const x = b.let(value);
  const small = b.let(f32x4.lt(x, 2 ** -126));
  const normal = b.let(v128.bitselect(small, f32x4.mul(x, 2 ** 23), x));
  const shift = v128.and(small, f32x4.splat(23 * Math.LN2));
  const found = f32x4.sub(logOfNormal(target, normal), shift);
  const below = v128.bitselect(f32x4.eq(x, 0), f32x4.splat(Number.NEGATIVE_INFINITY), f32x4.splat(Number.NaN));
  const finite = v128.bitselect(f32x4.gt(x, 0), found, below);
  return v128.bitselect(f32x4.eq(x, Number.POSITIVE_INFINITY), x, finite);
}

/** (tanh x − x)/x³ in x² for |x| ≤ 0.6: minimax, relative error of tanh below 2.8e-9. */
const TANH = [-0.33333298, 0.1333192413, -0.05378383031, 0.02079597178, -0.005895158204] as const;

/** At most 1.5 ulp off. */
export function tanh(target: VectorTarget, value: Vector): Vector {
  const { b, madd } = target;
  const x = b.let(value);
  const a = b.let(f32x4.abs(x));
  const s = b.let(f32x4.mul(x, x));
  const near = b.let(madd(f32x4.mul(a, s), horner(target, TANH, s), a));
  const far = f32x4.sub(1, f32x4.div(2, f32x4.add(exp(target, f32x4.add(a, a)), 1)));
  return withSign(v128.bitselect(f32x4.lt(a, 0.6), near, far), x);
}

/** erf x / x as a ratio of polynomials in x², for |x| up to 3.925, where erf is 1 to a float: minimax, relative error 1.9e-8. */
const ERF = {
  end: 3.925,
  over: [1.128379146, 0.1905927076, 0.05276905749, 0.003772472276, 0.0002848361766, 2.045964846e-6],
  under: [1, 0.5022411212, 0.1141821937, 0.01498305327, 0.001163828048, 3.804673602e-5],
} as const;

/** The error function: a third of the time that WGSL's takes, by exponentials. At most 6 ulp off; 3.2e-7 where it is above ½. */
export function erf(target: VectorTarget, value: Vector): Vector {
  const { b } = target;
  const x = b.let(value);
  const c = b.let(f32x4.pmax(f32x4.pmin(x, ERF.end), -ERF.end));
  const s = b.let(f32x4.mul(c, c));
  const ratio = f32x4.div(f32x4.mul(c, horner(target, ERF.over, s)), horner(target, ERF.under, s));
  return f32x4.pmax(f32x4.pmin(ratio, 1), -1);
}

/** 1/√x, rounded twice: at most 1.5 ulp off. */
export const rsqrt = (x: Vector): Vector => f32x4.div(1, f32x4.sqrt(x));

/** 1, −1, or x where it is neither above nor below 0. */
export function sign({ b }: VectorTarget, value: Vector): Vector {
  const x = b.let(value);
  return v128.bitselect(f32x4.gt(f32x4.abs(x), 0), withSign(f32x4.splat(1), x), x);
}

/** x − y·trunc(x/y), with the sign of x: exact where |x/y| is below 2²⁹. */
export function rem({ b }: VectorTarget, first: Vector, second: Vector): Vector {
  const [x, y] = [b.let(first), b.let(second)];
  const high = (v: Vector): Vector => i32x4.shuffle(v, v, [2, 3, 0, 1]);
  const half = (p: Vector, q: Vector): Vector => {
    const [u, v] = [b.let(f64x2.promoteLowF32x4(p)), b.let(f64x2.promoteLowF32x4(q))];
    return f32x4.demoteF64x2(f64x2.sub(u, f64x2.mul(v, f64x2.trunc(f64x2.div(u, v)))));
  };
  const rest = i32x4.shuffle(half(x, y), half(high(x), high(y)), [0, 1, 4, 5]);
  // Of an infinite y too.
  const whole = f32x4.lt(f32x4.abs(x), f32x4.abs(y));
  return v128.bitselect(whole, x, withSign(rest, x));
}
