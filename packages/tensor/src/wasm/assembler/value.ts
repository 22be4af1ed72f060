import type { Bytes } from './bytes';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** WebAssembly core specification 3.0, §5.3.1 to §5.3.3. */
export const TYPE_CODES: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/**
 * An expression: code that leaves one value of its type. It is computed where it stands in a statement, and anew at each
 * use: what is used twice, or has to be read before memory changes, is given a name by `let` of a {@link Body}.
 */
export class Value<T extends ValueType = ValueType> {
  /**
   * @param write appends the code
   * @param constant what an i32 is known to be, so that addresses fold
   */
  constructor(
    readonly type: T,
    readonly write: (out: Bytes) => void,
    readonly constant?: number,
  ) {}
}

/** Where an expression is expected, a number stands for a constant. */
export type Like<T extends ValueType> = Value<T> | (T extends 'i32' | 'f32' | 'f64' ? number : never);

export const i32Const = (value: number): Value<'i32'> => {
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
    throw new RangeError(`${value} as an i32, expected a whole number from -2^31 to 2^32 - 1`);
  }
  return new Value(
    'i32',
    (out) => {
      out.byte(0x41);
      out.s32(value);
    },
    value | 0,
  );
};

export const f32Const = (value: number): Value<'f32'> =>
  new Value('f32', (out) => {
    out.byte(0x43);
    out.f32(value);
  });

export const f64Const = (value: number): Value<'f64'> =>
  new Value('f64', (out) => {
    out.byte(0x44);
    out.f64(value);
  });

export const v128Const = (bytes: Uint8Array): Value<'v128'> =>
  new Value('v128', (out) => {
    vectorCode(out, 12);
    out.raw(bytes);
  });

const constants = { i32: i32Const, f32: f32Const, f64: f64Const };

/** The expression that `like` is or stands for. */
export function asValue<T extends ValueType>(type: T, like: Value<T> | number): Value<T> {
  const value = typeof like === 'number' ? (constants[type as 'i32'](like) as Value<ValueType> as Value<T>) : like;
  if (value.type !== type) throw new TypeError(`an operand is ${value.type}, expected ${type}`);
  return value;
}

/** Opcode of a vector instruction. */
export function vectorCode(out: Bytes, code: number): void {
  out.byte(0xfd);
  out.u32(code);
}
