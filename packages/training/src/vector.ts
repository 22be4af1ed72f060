/** Elements [from, from + count) of a flat vector, e.g. of one that lies on a device. */
export type ReadVector = (from: number, count: number) => Promise<Float32Array<ArrayBuffer>>;

/** Elements of a vector that are in the memory of the host at once: 16 MiB. */
export const PIECE = 2 ** 22;

/** A vector of `size` elements from its first to its last, each piece read while the one before is dealt with. */
export async function* pieces(read: ReadVector, size: number): AsyncGenerator<[number, Float32Array<ArrayBuffer>]> {
  const fetch = (from: number): Promise<Float32Array<ArrayBuffer>> => {
    const piece = read(from, Math.min(PIECE, size - from));
    // Whoever asks for the next piece sees the failure; a reader that stops before does not.
    piece.catch(() => undefined);
    return piece;
  };
  let next = size > 0 ? fetch(0) : undefined;
  for (let from = 0; next; from += PIECE) {
    const piece = await next;
    next = from + PIECE < size ? fetch(from + PIECE) : undefined;
    yield [from, piece];
  }
}

/** The bytes of a vector, in the order of files: every platform with WebGPU is little endian. */
export const bytesOf = ({ buffer, byteLength, byteOffset }: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Bytes of a file as numbers, copied only if they do not lie at a multiple of four. */
export function floatsOf(bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { buffer, byteLength, byteOffset } = byteOffset4(bytes) ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

const byteOffset4 = ({ byteOffset }: Uint8Array): boolean => byteOffset % 4 === 0;

/** The largest float of 32 bits. IEEE 754-2019, table 3.5. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Looks at the numbers of a vector as its pieces pass.
 *
 * Numbers that are not finite are never right. Weights, and their average, are also wrong where the square of their norm
 * is beyond 32-bit floats: no step computes anything with them but infinities.
 */
export class VectorCheck {
  private squares = 0;

  constructor(private readonly isWeights: boolean) {}

  /** What is wrong with the vector up to and with this piece; undefined where nothing is. */
  add(piece: Float32Array): string | undefined {
    // Four sums, so that one addition need not wait for the other. A double holds the squares of all floats.
    let [a, b, c, d] = [0, 0, 0, 0];
    const even = piece.length - (piece.length % 4);
    for (let i = 0; i < even; i += 4) {
      a += piece[i]! * piece[i]!;
      b += piece[i + 1]! * piece[i + 1]!;
      c += piece[i + 2]! * piece[i + 2]!;
      d += piece[i + 3]! * piece[i + 3]!;
    }
    for (let i = even; i < piece.length; i++) a += piece[i]! * piece[i]!;
    this.squares += a + b + c + d;
    if (!Number.isFinite(this.squares)) return 'numbers that are not finite';
    if (this.isWeights && this.squares > LARGEST) return `weights of norm ${Math.sqrt(this.squares).toExponential(1)}`;
    return undefined;
  }
}
