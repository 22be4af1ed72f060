import { crc32 } from './crc32';
import { FormatError } from './errors';
import { quoted } from './printable';
import { flagBits, full16, full32, methods, recordSizes, signatures, zip64ExtraId } from './zip-directory';

/** Written by Unix, so that the permissions below mean something; format version 4.5, which knows ZIP64. */
const MADE_BY = (3 << 8) | 45;
const VERSION = 20;
const VERSION_ZIP64 = 45;
/** Midnight of 1 January 1980, the first that the format knows: the same input gives the same bytes. */
const DATE = (1 << 5) | 1;
/** A regular file, rw-r--r--. */
const ATTRIBUTES = 0o100644 * 2 ** 16;

interface Written {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  /** Whether sizes are told in 64 bits behind the data. */
  readonly zip64: boolean;
  readonly offset: number;
  crc: number;
  compressedSize: number;
  size: number;
}

/** A record whose fields are set one behind the other. */
class Fields {
  readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      this.view.setUint16(this.at, value, true);
      this.at += 2;
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) {
      this.view.setUint32(this.at, value, true);
      this.at += 4;
    }
    return this;
  }

  u64(...values: readonly number[]): this {
    for (const value of values) {
      this.view.setBigUint64(this.at, BigInt(value), true);
      this.at += 8;
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }
}

const small16 = (value: number): number => Math.min(value, full16);
const small32 = (value: number): number => Math.min(value, full32);

/**
 * The records of a zip archive around the data of its members, which the caller writes. Length and checksum of a member
 * are told behind its data, so nothing is written twice; 64-bit numbers are used where 32 bits do not hold them.
 */
export class ZipWriter {
  private position = 0;
  private readonly members: Written[] = [];

  private put(fields: Fields): Uint8Array<ArrayBuffer> {
    this.position += fields.bytes.length;
    return fields.bytes;
  }

  /** What stands before the data of the next member. @param size of its content in bytes, or at least as large */
  begin(name: string, size: number, method: number = methods.stored): Uint8Array<ArrayBuffer> {
    const nameBytes = new TextEncoder().encode(name);
    if (nameBytes.length > full16) throw new FormatError(`array ${quoted(name)}: a name of ${nameBytes.length} bytes`);
    const zip64 = size >= full32;
    const flags = flagBits.dataDescriptor | (nameBytes.length > name.length ? flagBits.utf8 : 0);
    this.members.push({
      name: nameBytes,
      flags,
      method,
      zip64,
      offset: this.position,
      crc: 0,
      compressedSize: 0,
      size: 0,
    });
    const extra = zip64 ? 20 : 0;
    const fields = new Fields(recordSizes.localHeader + nameBytes.length + extra)
      .u32(signatures.localHeader)
      .u16(zip64 ? VERSION_ZIP64 : VERSION, flags, method, 0, DATE)
      .u32(0, zip64 ? full32 : 0, zip64 ? full32 : 0)
      .u16(nameBytes.length, extra)
      .raw(nameBytes);
    if (zip64) fields.u16(zip64ExtraId, 16).u64(0, 0);
    return this.put(fields);
  }

  /**
   * Counts content that the caller writes behind what `begin` gave.
   * @param packed bytes that it takes in the file, where they are not the content itself
   */
  add(content: Uint8Array, packed: number = content.length): void {
    const member = this.members.at(-1)!;
    member.crc = crc32(content, member.crc);
    member.size += content.length;
    member.compressedSize += packed;
    this.position += packed;
  }

  /** What stands behind the data of the member. */
  end(): Uint8Array<ArrayBuffer> {
    const { compressedSize, crc, size, zip64 } = this.members.at(-1)!;
    const fields = new Fields(zip64 ? 24 : 16).u32(signatures.dataDescriptor, crc);
    return this.put(zip64 ? fields.u64(compressedSize, size) : fields.u32(compressedSize, size));
  }

  /** The directory, which ends the archive. */
  finish(): Uint8Array<ArrayBuffer>[] {
    const start = this.position;
    const headers = this.members.map((member) => this.put(centralHeader(member)));
    const size = this.position - start;
    const count = this.members.length;
    const ends: Uint8Array<ArrayBuffer>[] = [];
    if (count >= full16 || size >= full32 || start >= full32) {
      const at = this.position;
      const record = new Fields(recordSizes.end64)
        .u32(signatures.end64)
        .u64(recordSizes.end64 - 12)
        .u16(MADE_BY, VERSION_ZIP64)
        .u32(0, 0)
        .u64(count, count, size, start);
      const locator = new Fields(recordSizes.end64Locator).u32(signatures.end64Locator, 0).u64(at).u32(1);
      ends.push(this.put(record), this.put(locator));
    }
    const end = new Fields(recordSizes.end)
      .u32(signatures.end)
      .u16(0, 0, small16(count), small16(count))
      .u32(small32(size), small32(start))
      .u16(0);
    return [...headers, ...ends, this.put(end)];
  }
}

function centralHeader({ compressedSize, crc, flags, method, name, offset, size }: Written): Fields {
  const large = [size, compressedSize, offset].filter((value) => value >= full32);
  const extra = large.length > 0 ? 4 + 8 * large.length : 0;
  const fields = new Fields(recordSizes.centralHeader + name.length + extra)
    .u32(signatures.centralHeader)
    .u16(MADE_BY, extra > 0 ? VERSION_ZIP64 : VERSION, flags, method, 0, DATE)
    .u32(crc, small32(compressedSize), small32(size))
    .u16(name.length, extra, 0, 0, 0)
    .u32(ATTRIBUTES, small32(offset))
    .raw(name);
  if (extra > 0) fields.u16(zip64ExtraId, 8 * large.length).u64(...large);
  return fields;
}
