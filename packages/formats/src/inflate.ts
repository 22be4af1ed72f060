import { Inflate } from 'fflate';
import { FormatError } from './errors';

/** Compressed bytes unpacked at once: what comes out is at most 1032 times as much, 17 MB. */
const STEP = 1 << 14;

/** Steps in which nothing comes out. A stored block of 64 KiB is held back until it is there, which takes four. */
const LONGEST_SILENCE = 8;

/**
 * Unpacks raw deflate data that comes in pieces, with no more than some megabytes in memory.
 * @param take is given what was unpacked, in order; it may throw a FormatError to end the work
 * @param fail makes the error for broken data, and for much behind the end of the data
 * @returns takes the next compressed bytes
 */
export function inflater(
  take: (bytes: Uint8Array) => void,
  fail: (message: string) => FormatError,
): (bytes: Uint8Array) => void {
  let silence = 0;
  const stream = new Inflate((bytes) => {
    silence = bytes.length === 0 ? silence + 1 : 0;
    // Behind its last block the unpacker keeps all that comes, and copies it each time.
    if (silence > LONGEST_SILENCE) throw fail('broken compressed data: bytes from which nothing follows');
    take(bytes);
  });
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += STEP) {
      try {
        stream.push(bytes.subarray(at, at + STEP));
      } catch (error) {
        throw error instanceof FormatError ? error : fail(`broken compressed data: ${(error as Error).message}`);
      }
    }
  };
}
