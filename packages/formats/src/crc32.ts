/** Bytes taken per round: each has a table of its own, so that the look-ups of a round do not wait for one another. */
const SLICES = 16;

let tables: Int32Array | undefined;

/** Table k: the remainder of a byte followed by k zero bytes. */
function makeTables(): Int32Array {
  const made = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    // The polynomial of ISO 3309, bits reversed.
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
    made[byte] = remainder;
  }
  for (let i = 256; i < made.length; i++) made[i] = (made[i - 256]! >>> 8) ^ made[made[i - 256]! & 0xff]!;
  return made;
}

/**
 * The CRC-32 of zip and gzip (ISO 3309, RFC 1952 section 8), sixteen bytes at a time (Kounavis and Berry 2008).
 * @param before the sum of the bytes before these, so that a file is summed in pieces
 * @returns a whole number from 0 to 2^32 - 1
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const t = tables;
  const { length } = bytes;
  let crc = ~before;
  let i = 0;
  for (; i + SLICES <= length; i += SLICES) {
    crc =
      t[3840 + ((bytes[i]! ^ crc) & 0xff)]! ^
      t[3584 + ((bytes[i + 1]! ^ (crc >>> 8)) & 0xff)]! ^
      t[3328 + ((bytes[i + 2]! ^ (crc >>> 16)) & 0xff)]! ^
      t[3072 + (bytes[i + 3]! ^ (crc >>> 24))]! ^
      t[2816 + bytes[i + 4]!]! ^
      t[2560 + bytes[i + 5]!]! ^
      t[2304 + bytes[i + 6]!]! ^
      t[2048 + bytes[i + 7]!]! ^
      t[1792 + bytes[i + 8]!]! ^
      t[1536 + bytes[i + 9]!]! ^
      t[1280 + bytes[i + 10]!]! ^
      t[1024 + bytes[i + 11]!]! ^
      t[768 + bytes[i + 12]!]! ^
      t[512 + bytes[i + 13]!]! ^
      t[256 + bytes[i + 14]!]! ^
      t[bytes[i + 15]!]!;
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ t[(bytes[i]! ^ crc) & 0xff]!;
  return ~crc >>> 0;
}
