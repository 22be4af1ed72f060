import { type Body, f32x4, type Value } from '../assembler';
import type { FloatVector } from '../assembler/vector';

type Vector = Value<'v128'>;

/** What functions of four floats are written into, and how it multiplies and adds. */
export interface VectorTarget {
  readonly b: Body;
  /** x·y + z, in one instruction where the runtime has one. */
  madd(x: FloatVector, y: FloatVector, z: FloatVector): Vector;
}

/** @param relaxed whether x·y + z is one instruction of relaxed SIMD, or two, which round alike on every machine */
export const vectorTarget = (b: Body, relaxed: boolean): VectorTarget => ({
  b,
  madd: relaxed ? f32x4.relaxedMadd : (x, y, z) => f32x4.add(f32x4.mul(x, y), z),
});

/** Σ coefficients[k]·xᵏ. */
export function horner({ b, madd }: VectorTarget, coefficients: readonly number[], x: Vector): Vector {
  const at = b.let(x);
  const last = coefficients.length - 1;
  if (last === 0) return f32x4.splat(coefficients[0]!);
  return coefficients
    .slice(0, last - 1)
    .reduceRight<Vector>((sum, c) => madd(sum, at, c), madd(at, coefficients[last]!, coefficients[last - 1]!));
}
