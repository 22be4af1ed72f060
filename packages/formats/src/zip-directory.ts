import { type FormatError, failer } from './errors';
import { quoted } from './printable';
import type { Reading } from './reading';

// Layout of zip archives: PKWARE's APPNOTE.TXT 6.3, sections 4.3 (records) and 4.5.3 (ZIP64). All fields little endian.

export const signatures = {
  localHeader: 0x04034b50,
  dataDescriptor: 0x08074b50,
  centralHeader: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const;

/** Bytes of each record before its parts of variable length. */
export const recordSizes = { localHeader: 30, centralHeader: 46, end: 22, end64: 56, end64Locator: 20 } as const;

/** General purpose bits. */
export const flagBits = { encrypted: 1, dataDescriptor: 8, utf8: 0x800 } as const;

/** Compression methods. */
export const methods = { stored: 0, deflated: 8 } as const;

/** Identifies the extra field with the 64-bit numbers that stand in for 32-bit fields that are all ones. */
export const zip64ExtraId = 1;
export const full16 = 0xffff;
export const full32 = 0xffffffff;

/** A file of the archive as the central directory describes it; sizes and offsets in bytes. */
export interface ZipMember {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header in the file. */
  readonly offset: number;
}

/** What an archive has. */
export interface ZipDirectory {
  readonly members: readonly ZipMember[];
  /** Where the central directory begins: members end before it. */
  readonly start: number;
}

const MAX_COMMENT = 0xffff;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface DirectoryPlace {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** Where the records behind the directory begin. */
  readonly end: number;
}

/** Why the archive cannot be read, as an error. */
type Unreadable = (reason: string) => FormatError;

/** Where the directory is, from the records at the end of the file. */
function* findDirectory(fileSize: number, unreadable: Unreadable): Reading<DirectoryPlace> {
  const tailLength = Math.min(fileSize, recordSizes.end64Locator + recordSizes.end + MAX_COMMENT);
  const tailStart = fileSize - tailLength;
  const tail = viewOf(yield { offset: tailStart, length: tailLength, part: 'end of the archive' });
  let at = tailLength - recordSizes.end;
  // The end record reaches to the end of the file; its last field says how long the comment behind it is.
  while (
    at >= 0 &&
    !(
      tail.getUint32(at, true) === signatures.end && tail.getUint16(at + 20, true) === tailLength - at - recordSizes.end
    )
  ) {
    at--;
  }
  if (at < 0) throw unreadable('it does not end as a zip file does (cut off, or bytes behind it)');
  if (tail.getUint16(at + 4, true) > 0 && tail.getUint16(at + 4, true) !== full16) {
    throw unreadable('it is one of several volumes');
  }
  const place = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
    end: tailStart + at,
  };
  const locator = at - recordSizes.end64Locator;
  if (locator < 0 || tail.getUint32(locator, true) !== signatures.end64Locator) return place;
  return yield* readEnd64(Number(tail.getBigUint64(locator + 8, true)), tailStart + locator, place, unreadable);
}

/** The ZIP64 record has the numbers that are all ones in the older one. */
function* readEnd64(
  offset: number,
  limit: number,
  place: DirectoryPlace,
  unreadable: Unreadable,
): Reading<DirectoryPlace> {
  const broken = unreadable('its ZIP64 record is not where its locator says');
  if (offset + recordSizes.end64 > limit) throw broken;
  const record = viewOf(yield { offset, length: recordSizes.end64, part: 'ZIP64 record' });
  if (record.getUint32(0, true) !== signatures.end64) throw broken;
  const large = (at: number) => Number(record.getBigUint64(at, true));
  return {
    count: place.count === full16 ? large(32) : place.count,
    size: place.size === full32 ? large(40) : place.size,
    offset: place.offset === full32 ? large(48) : place.offset,
    end: offset,
  };
}

/** The numbers of the ZIP64 extra field, in the order of the fields that are all ones. */
function zip64Numbers(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === zip64ExtraId) {
      const count = Math.floor(Math.min(length, extra.byteLength - at - 4) / 8);
      return Array.from({ length: count }, (_, i) => Number(extra.getBigUint64(at + 4 + 8 * i, true)));
    }
    at += 4 + length;
  }
  return [];
}

/** Names are UTF-8 where a flag says so; what wrote them otherwise did not say what they are. */
export function decodeName(bytes: Uint8Array, flags: number): string {
  return new TextDecoder(flags & flagBits.utf8 ? 'utf-8' : 'latin1').decode(bytes);
}

function parseMembers(bytes: Uint8Array, count: number, unreadable: Unreadable): ZipMember[] {
  const broken = unreadable(`its directory does not hold the ${count} members it should`);
  const view = viewOf(bytes);
  const members: ZipMember[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const nameStart = at + recordSizes.centralHeader;
    if (nameStart > bytes.length || view.getUint32(at, true) !== signatures.centralHeader) throw broken;
    const extraStart = nameStart + view.getUint16(at + 28, true);
    const extraEnd = extraStart + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length) throw broken;
    const large = zip64Numbers(viewOf(bytes.subarray(extraStart, extraEnd)));
    const number = (from: number) => {
      const small = view.getUint32(from, true);
      return small === full32 ? (large.shift() ?? small) : small;
    };
    const flags = view.getUint16(at + 8, true);
    const size = number(at + 24);
    const compressedSize = number(at + 20);
    members.push({
      name: decodeName(bytes.subarray(nameStart, extraStart), flags),
      flags,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      compressedSize,
      size,
      offset: number(at + 42),
    });
    at = next;
  }
  if (at !== bytes.length) throw broken;
  return members;
}

/**
 * Reads what an archive holds, from the records at its end; nothing of its members.
 * @param kind what messages call an archive of its purpose
 * @throws FormatError when these records are not there, contradict one another or name a member twice
 */
export function* readDirectory(
  fileSize: number,
  file: string | undefined,
  kind = 'npz archive',
): Reading<ZipDirectory> {
  const fail = failer(file);
  const unreadable: Unreadable = (reason) => fail(`not a readable ${kind}: ${reason}`);
  const { count, size, offset, end } = yield* findDirectory(fileSize, unreadable);
  if (!(offset + size <= end)) throw unreadable('its directory is not where its end says');
  if (count * recordSizes.centralHeader > size) throw unreadable(`${count} members in a directory of ${size} bytes`);
  const members = parseMembers(yield { offset, length: size, part: 'directory' }, count, unreadable);
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) throw fail(`the member ${quoted(name)} stands twice in this archive`);
    names.add(name);
  }
  return { members, start: offset };
}
