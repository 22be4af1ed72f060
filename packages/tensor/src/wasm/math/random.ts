import { CENTRAL, TAIL } from '../../random/inverse-normal';
import { KEY_PARITY, ROTATIONS } from '../../random/threefry';
import { f32x4, i32, i32x4, type Value, v128 } from '../assembler';
import { logOfNormal } from './functions';
import { horner, type VectorTarget, vectorTarget } from './horner';

type Vector = Value<'v128'>;
type Pair = readonly [Vector, Vector];

/** threefry2x32 with 20 rounds, of four keys and counters: the bits of `random/threefry.ts`. */
export function threefry({ b }: VectorTarget, key: Pair, counter: Pair): Pair {
  const [k0, k1] = [b.let(key[0]), b.let(key[1])];
  const ks = [k0, k1, b.let(v128.xor(v128.xor(k0, k1), i32x4.splat(KEY_PARITY)))];
  const x0 = b.variable(i32x4.add(counter[0], k0));
  const x1 = b.variable(i32x4.add(counter[1], k1));
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const r = ROTATIONS[(group % 2) * 4 + i]!;
      b.set(x0, i32x4.add(x0, x1));
      b.set(x1, v128.xor(v128.or(i32x4.shl(x1, r), i32x4.shrU(x1, 32 - r)), x0));
    }
    b.set(x0, i32x4.add(x0, ks[(group + 1) % 3]!));
    b.set(x1, i32x4.add(i32x4.add(x1, ks[(group + 2) % 3]!), group + 1));
  }
  return [x0, x1];
}

/** Uniform on (0, 1) from 32 random bits: the numbers of `uniformFromBits`. */
export const uniform = (bits: Vector): Vector =>
  f32x4.mul(f32x4.add(f32x4.convertI32x4U(i32x4.shrU(bits, 9)), 0.5), 2 ** -23);

/**
 * Quantile of the standard normal distribution of numbers from `uniform`, as `inverseNormal`, to a few ulp. Multiplies and
 * adds are apart, so that every runtime gives the same numbers.
 */
export function normal({ b }: VectorTarget, u: Vector): Vector {
  const target = vectorTarget(b, false);
  const p = b.let(u);
  const q = b.let(f32x4.sub(p, 0.5));
  const ratio = (x: Vector, { numerator, denominator }: typeof CENTRAL | typeof TAIL): Vector => {
    const at = b.let(x);
    return f32x4.div(horner(target, numerator, at), horner(target, denominator, at));
  };
  const central = b.let(f32x4.mul(q, ratio(f32x4.sub(CENTRAL.offset, f32x4.mul(q, q)), CENTRAL)));
  const tail = f32x4.neg(logOfNormal(target, b.let(f32x4.pmin(p, f32x4.sub(1, p)))));
  const far = b.let(ratio(f32x4.sub(f32x4.sqrt(f32x4.pmax(tail, 0)), TAIL.offset), TAIL));
  const signed = v128.xor(far, v128.and(q, i32x4.splat(i32.const(0x80000000))));
  return v128.bitselect(f32x4.le(f32x4.abs(q), CENTRAL.limit), central, signed);
}
