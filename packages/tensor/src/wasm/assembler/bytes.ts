const text = new TextEncoder();

/** Bytes of a WebAssembly module, as they are written. WebAssembly core specification 3.0, §5.2 "Values". */
export class Bytes {
  #held = new Uint8Array(256);
  #length = 0;
  /** The numbers of functions, and where they stand. */
  readonly #callees: { readonly at: number; readonly index: number }[] = [];

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  raw(bytes: ArrayLike<number>): void {
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** LEB128 of a whole number from 0 to 2³² − 1. */
  u32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** The number of a function, in all five bytes that 32 bits may take: `moveCallees` writes another in its place. */
  callee(index: number): void {
    this.#callees.push({ at: this.#length, index });
    this.raw(longU32(index));
  }

  /** What `other` holds. */
  append(other: Bytes): void {
    for (const { at, index } of other.#callees) this.#callees.push({ at: this.#length + at, index });
    this.raw(other.#held.subarray(0, other.#length));
  }

  /** The same, with functions that are numbered from `by` on where they were from 0. */
  moveCallees(by: number): Bytes {
    const moved = new Bytes();
    moved.raw(this.#held.subarray(0, this.#length));
    for (const { at, index } of this.#callees) {
      moved.#held.set(longU32(index + by), at);
      moved.#callees.push({ at, index: index + by });
    }
    return moved;
  }

  /** Signed LEB128 of the 32 bits of `value`. */
  s32(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** Signed LEB128 of the 64 bits of `value`. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  f32(value: number): void {
    this.raw(new Uint8Array(Float32Array.of(value).buffer));
  }

  f64(value: number): void {
    this.raw(new Uint8Array(Float64Array.of(value).buffer));
  }

  /** UTF-8 behind its length. */
  name(value: string): void {
    this.vector(text.encode(value));
  }

  /** Bytes behind their number: the body of a function, the contents of a section. */
  vector(bytes: ArrayLike<number>): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** What was written so far, in an array of its own. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#held.slice(0, this.#length);
  }

  #room(more: number): Uint8Array {
    if (this.#length + more > this.#held.length) {
      const larger = new Uint8Array(Math.max(2 * this.#held.length, this.#length + more));
      larger.set(this.#held);
      this.#held = larger;
    }
    return this.#held;
  }
}

/** LEB128 in all five bytes that 32 bits may take. */
const longU32 = (value: number): number[] =>
  [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
