import { type Shape, sizeOf } from '../ir/shape';
import { ravel, unravel } from '../ir/view';
import { type Expression, expressionArithmetic } from './expression';

/** An element of a tensor, by its row-major index or by its coordinates; either is worked out from the other when asked. */
export class ElementIndex {
  private linearForm: Expression | undefined;
  private coordForm: readonly Expression[] | undefined;

  private constructor(
    readonly shape: Shape,
    linear: Expression | undefined,
    coords: readonly Expression[] | undefined,
  ) {
    this.linearForm = linear;
    this.coordForm = coords;
  }

  static linear(shape: Shape, linear: Expression): ElementIndex {
    return new ElementIndex(shape, { ...linear, bound: Math.min(linear.bound, sizeOf(shape)) }, undefined);
  }

  static at(shape: Shape, coords: readonly Expression[]): ElementIndex {
    const bounded = coords.map((c, i) => (c.bound > shape[i]! ? { ...c, bound: shape[i]! } : c));
    return new ElementIndex(shape, undefined, bounded);
  }

  get linear(): Expression {
    this.linearForm ??= ravel(this.coordForm!, this.shape, expressionArithmetic);
    return this.linearForm;
  }

  get coords(): readonly Expression[] {
    this.coordForm ??= unravel(this.linearForm!, this.shape, expressionArithmetic);
    return this.coordForm;
  }

  /** The same row-major position in a tensor of as many elements. */
  reshaped(shape: Shape): ElementIndex {
    return ElementIndex.linear(shape, this.linear);
  }
}
