import { observed } from './observed';

/** Elements [from, from + count) of a flat vector, e.g. of one that lies on a device. */
export type ReadVector = (from: number, count: number) => Promise<Float32Array<ArrayBuffer>>;

/** Elements of a vector that are in the memory of the host at once: 16 MiB. */
export const PIECE = 2 ** 22;

/** A vector of `size` elements from its first to its last, each piece read while the one before is dealt with. */
export async function* pieces(read: ReadVector, size: number): AsyncGenerator<[number, Float32Array<ArrayBuffer>]> {
  // Whoever asks for the next piece sees the failure; a reader that stops before does not.
  const fetch = (from: number): Promise<Float32Array<ArrayBuffer>> =>
    observed(read(from, Math.min(PIECE, size - from)));
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
