import type { Bytes } from './bytes';
import { asValue, Value, type ValueType, vectorCode } from './value';

/** What makes instructions of one kind, for the tables in `scalar.ts` and `vector.ts`. */
export type Opcode = (out: Bytes) => void;

export const plain =
  (code: number): Opcode =>
  (out) =>
    out.byte(code);
export const vector =
  (code: number): Opcode =>
  (out) =>
    vectorCode(out, code);

/** How an operand of a type is read: as an expression, or from what stands for one. */
export type Reader<T extends ValueType, L> = (like: L) => Value<T>;

export const read =
  <T extends ValueType>(type: T): Reader<T, Value<T> | number> =>
  (like) =>
    asValue(type, like);

export const unary =
  <A extends ValueType, L, R extends ValueType>(code: Opcode, a: Reader<A, L>, result: R) =>
  (x: L): Value<R> => {
    const value = a(x);
    return new Value(result, (out) => {
      value.write(out);
      code(out);
    });
  };

export const binary =
  <A extends ValueType, K, B extends ValueType, L, R extends ValueType>(
    code: Opcode,
    a: Reader<A, K>,
    b: Reader<B, L>,
    result: R,
  ) =>
  (x: K, y: L): Value<R> => {
    const first = a(x);
    const second = b(y);
    return new Value(result, (out) => {
      first.write(out);
      second.write(out);
      code(out);
    });
  };

export const ternary =
  <A extends ValueType, L, R extends ValueType>(code: Opcode, a: Reader<A, L>, result: R) =>
  (x: L, y: L, z: L): Value<R> => {
    const values = [a(x), a(y), a(z)];
    return new Value(result, (out) => {
      for (const value of values) value.write(out);
      code(out);
    });
  };

/** Reads memory at `address` + `offset`, in bytes. */
export const load =
  <R extends ValueType>(code: Opcode, bytes: number, result: R) =>
  (address: Value<'i32'> | number, offset = 0): Value<R> => {
    const at = asValue('i32', address);
    return new Value(result, (out) => {
      at.write(out);
      code(out);
      memoryArgument(out, bytes, offset);
    });
  };

/** Alignment, as a hint: none is promised beyond that of an element; and the constant part of an address. */
export function memoryArgument(out: Bytes, bytes: number, offset: number): void {
  out.u32(Math.log2(bytes));
  out.u32(offset);
}
