import { type Index, indexArithmetic, inside } from '../ir/index-value';
import { type Shape, sizeOf } from '../ir/shape';
import { ravel, unravel } from '../ir/view';

/** An element of a tensor, by its row-major index or by its coordinates; either is worked out from the other when asked. */
export class ElementIndex {
  private linearForm: Index | undefined;
  private coordForm: readonly Index[] | undefined;

  private constructor(
    readonly shape: Shape,
    linear: Index | undefined,
    coords: readonly Index[] | undefined,
  ) {
    this.linearForm = linear;
    this.coordForm = coords;
  }

  static linear(shape: Shape, linear: Index): ElementIndex {
    return new ElementIndex(shape, inside(linear, sizeOf(shape)), undefined);
  }

  static at(shape: Shape, coords: readonly Index[]): ElementIndex {
    return new ElementIndex(
      shape,
      undefined,
      coords.map((c, i) => inside(c, shape[i]!)),
    );
  }

  get linear(): Index {
    this.linearForm ??= ravel(this.coordForm!, this.shape, indexArithmetic);
    return this.linearForm;
  }

  get coords(): readonly Index[] {
    this.coordForm ??= unravel(this.linearForm!, this.shape, indexArithmetic);
    return this.coordForm;
  }

  /** The same row-major position in a tensor of as many elements. */
  reshaped(shape: Shape): ElementIndex {
    return ElementIndex.linear(shape, this.linear);
  }
}
