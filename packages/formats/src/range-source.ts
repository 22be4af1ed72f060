import { failer } from './errors';

/** Random access to the bytes of a file, so that one tensor can be read without the rest. */
export interface RangeSource {
  /** Length in bytes. */
  readonly size: number;
  /** What messages call the file. */
  readonly name?: string;
  /** Exactly `length` bytes from `offset`. @throws RangeError outside [0, size] */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** @throws RangeError unless [offset, offset + length) lies in [0, size) */
export function checkRange(offset: number, length: number, size: number, name = 'source'): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new RangeError(`${name}: bytes ${offset}..${offset + length} asked for, the size is ${size}`);
  }
}

/** A source over bytes in memory; what it reads are views. */
export function bytesSource(bytes: Uint8Array, name?: string): RangeSource {
  return {
    size: bytes.length,
    ...(name !== undefined && { name }),
    async read(offset, length) {
      checkRange(offset, length, bytes.length, name);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A source over a Blob or File: only what is asked for is brought into memory. A File's own name is used by default. */
export function blobSource(blob: Blob, name?: string): RangeSource {
  const label = name ?? ('name' in blob && typeof blob.name === 'string' ? blob.name : undefined);
  return {
    size: blob.size,
    ...(label !== undefined && { name: label }),
    async read(offset, length) {
      checkRange(offset, length, blob.size, label);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

/**
 * Bytes of a source that are wanted at once.
 * @param part what messages call them within the file
 * @throws FormatError when there are more than one array can hold
 */
export async function readInMemory(
  source: RangeSource,
  offset: number,
  length: number,
  part: string,
): Promise<Uint8Array> {
  checkRange(offset, length, source.size, source.name);
  try {
    return await source.read(offset, length);
  } catch (error) {
    // What an engine says of an array that is too long, or for which there is no memory.
    if (!(error instanceof RangeError)) throw error;
    throw failer(source.name)(`its ${length} bytes do not fit into one array; read it in parts`, part);
  }
}
