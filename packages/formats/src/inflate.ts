import { FlateErrorCode, Gunzip, Inflate } from 'fflate';
import { crc32 } from './crc32';
import { FormatError } from './errors';

/** Compressed bytes unpacked at once: what comes out is at most {@link LARGEST_RATIO} times as much, 17 MB. */
const STEP = 1 << 14;

/**
 * Steps in a row from which nothing may come out: a stored block of 64 KiB is held back until it is there, as is the
 * header of a gzip file. What goes on longer is no data, and the unpackers copy all they hold back at every step.
 */
const LONGEST_SILENCE = 8;

/** Deflate never packs better: a match is at most 258 bytes long and takes at least two bits. */
export const LARGEST_RATIO = 1032;

type Fail = (message: string) => FormatError;
type Take = (bytes: Uint8Array) => void;

/** What the unpacker says of broken data. Where a gzip header should be may be anything else. */
function told(error: Error & { code?: number }): string {
  if (error.code === FlateErrorCode.InvalidHeader) return 'bytes that are no gzip data, at its start or behind its end';
  return `broken compressed data: ${error.message}`;
}

/** Gives bytes to an unpacker in steps, and what comes out to `take`. */
function feeder(stream: Inflate | Gunzip, take: Take, fail: Fail): Take {
  let silence = 0;
  stream.ondata = (bytes) => {
    if (bytes.length === 0) return;
    silence = 0;
    take(bytes);
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += STEP) {
      silence++;
      try {
        stream.push(bytes.subarray(at, at + STEP));
      } catch (error) {
        throw error instanceof FormatError ? error : fail(told(error as Error));
      }
      if (silence > LONGEST_SILENCE) throw fail('broken compressed data: bytes from which nothing follows');
    }
  };
}

/**
 * Unpacks raw deflate data that comes in pieces, with no more than some megabytes in memory.
 * @param take is given what was unpacked, in order; it may throw a FormatError to end the work
 * @param fail makes the error for broken data, and for much behind the end of the data
 * @returns takes the next compressed bytes
 */
export function inflater(take: Take, fail: Fail): Take {
  return feeder(new Inflate(), take, fail);
}

/** Bytes behind the data of a gzip member: its CRC-32, and its length modulo 2^32. */
const TRAILER = 8;

/**
 * Unpacks a gzip file of one or several members (RFC 1952), one behind the other, whose contents belong together. Length
 * and CRC-32 of every member are checked.
 * @param take is given what was unpacked, in order; it may throw a FormatError to end the work
 * @param fail makes the error for broken, damaged or truncated data, and for bytes behind the last member
 */
export function gunzip(bytes: Uint8Array, take: Take, fail: Fail): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = 0;
  let length = 0;
  const matches = (end: number): boolean =>
    end >= TRAILER &&
    view.getUint32(end - TRAILER, true) === crc &&
    view.getUint32(end - TRAILER + 4, true) === length % 2 ** 32;
  const close = (end: number): void => {
    if (!matches(end)) throw fail('damaged or cut off: the gzip data does not match its CRC-32 and length');
    crc = 0;
    length = 0;
  };

  const stream = new Gunzip();
  // Called with the place of the next member, when all of the one before has come out.
  stream.onmember = close;
  const feed = feeder(
    stream,
    (piece) => {
      crc = crc32(piece, crc);
      length += piece.length;
      take(piece);
    },
    fail,
  );
  feed(bytes);
  // So few bytes the unpacker takes for the start of a header.
  const behind = [1, 2, 3].find((count) => matches(bytes.length - count));
  if (behind !== undefined && !matches(bytes.length)) throw fail(`${behind} bytes behind the end of the gzip data`);
  close(bytes.length);
}
