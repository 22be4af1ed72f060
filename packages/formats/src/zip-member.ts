import { crc32 } from './crc32';
import { failer } from './errors';
import { inflater, LARGEST_RATIO } from './inflate';
import { quoted } from './printable';
import type { Reading } from './reading';
import { decodeName, flagBits, methods, recordSizes, signatures, type ZipMember } from './zip-directory';

/** Where the bytes of a member lie in the file. */
export interface PlacedMember extends ZipMember {
  /** How messages call it: file and member. */
  readonly place: string;
  /** Offset of its first byte, behind the local header. */
  readonly start: number;
}

/** Bytes of a member that are asked for at once when it is gone through. */
const PORTION = 1 << 20;

/**
 * Finds the bytes of a member.
 * @param limit where the archive's directory begins
 * @throws FormatError when it is encrypted, packed in another way than stored or deflated, or its numbers contradict one
 * another or what stands at its place in the file
 */
export function* placeMember(member: ZipMember, limit: number, place: string): Reading<PlacedMember> {
  const fail = failer(place);
  const { compressedSize, flags, method, name, offset, size } = member;
  if (flags & flagBits.encrypted) throw fail('it is encrypted');
  if (method !== methods.stored && method !== methods.deflated) {
    throw fail(`it is compressed by method ${method}, expected 0 (stored) or 8 (deflated)`);
  }
  if (method === methods.stored && size !== compressedSize) {
    throw fail(`it is stored, but its ${size} bytes take ${compressedSize}`);
  }
  if (size > compressedSize * LARGEST_RATIO) {
    throw fail(`it claims to hold ${size} bytes in ${compressedSize}, which deflate cannot do`);
  }
  const displaced = fail('it is not where the directory of the archive says');
  if (!(offset + recordSizes.localHeader + compressedSize <= limit)) throw displaced;
  const header = yield { offset, length: recordSizes.localHeader, part: name };
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== signatures.localHeader) throw displaced;
  const nameLength = view.getUint16(26, true);
  const start = offset + recordSizes.localHeader + nameLength + view.getUint16(28, true);
  if (!(start + compressedSize <= limit)) throw displaced;
  const localName = yield { offset: offset + recordSizes.localHeader, length: nameLength, part: name };
  if (view.getUint16(8, true) !== method || decodeName(localName, flags) !== name) throw displaced;
  return { ...member, place, start };
}

/**
 * One member read twice under two names would let a small file hold much more than it has.
 * @throws FormatError when two members overlap
 */
export function checkApart(members: readonly PlacedMember[]): void {
  const ordered = [...members].sort((a, b) => a.offset - b.offset);
  ordered.slice(1).forEach((member, i) => {
    const before = ordered[i]!;
    if (member.offset < before.start + before.compressedSize) {
      throw failer(member.place)(`it overlaps the member ${quoted(before.name)}`);
    }
  });
}

/**
 * Goes through the content of a member from its start, in order and in pieces, until `take` returns false. One that is
 * gone through to its end is checked: its length and CRC-32 are those of the directory.
 * @throws FormatError when they are not, as soon as there is too much, and when the compressed data is broken
 */
export function* passMember(member: PlacedMember, take: (bytes: Uint8Array) => boolean): Reading<void> {
  const fail = failer(member.place);
  let length = 0;
  let crc = 0;
  let wanted = true;
  const pass = (bytes: Uint8Array): void => {
    length += bytes.length;
    if (length > member.size) throw fail(`it holds more than the ${member.size} bytes that the directory says`);
    if (!wanted) return;
    crc = crc32(bytes, crc);
    wanted = take(bytes);
  };
  const unpack = member.method === methods.deflated ? inflater(pass, fail) : pass;
  for (let done = 0; done < member.compressedSize && wanted; ) {
    const portion = Math.min(PORTION, member.compressedSize - done);
    unpack(yield { offset: member.start + done, length: portion, part: member.name });
    done += portion;
  }
  if (!wanted) return;
  if (length < member.size) throw fail(`truncated: it holds ${length} of the ${member.size} bytes it should`);
  if (crc !== member.crc) throw fail('damaged: its bytes do not match their CRC-32');
}

/**
 * Bytes [from, from + length) of the content: by range where it is stored, else all before them is unpacked. They are
 * checked against the CRC-32 only where that is done for all bytes: of a deflated member, up to its end.
 */
export function* readRange(member: PlacedMember, from: number, length: number): Reading<Uint8Array> {
  const { method, name, place, start } = member;
  if (method === methods.stored) return yield { offset: start + from, length, part: name };
  const end = from + length;
  const content = allocate(length, place);
  let position = 0;
  yield* passMember(member, (bytes) => {
    const first = Math.max(from, position);
    const last = Math.min(end, position + bytes.length);
    if (first < last) content.set(bytes.subarray(first - position, last - position), first - from);
    position += bytes.length;
    return position < end || end === member.size;
  });
  return content;
}

/** The content from byte `from` to its end, checked against length and CRC-32. */
export function* readToEnd(member: PlacedMember, from: number): Reading<Uint8Array<ArrayBuffer>> {
  const content = allocate(member.size - from, member.place);
  let position = 0;
  yield* passMember(member, (bytes) => {
    const skipped = Math.min(bytes.length, Math.max(0, from - position));
    content.set(bytes.subarray(skipped), position + skipped - from);
    position += bytes.length;
    return true;
  });
  return content;
}

/** Memory for content that is wanted at once. */
function allocate(length: number, place: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch {
    throw failer(place)(`its ${length} bytes do not fit into one array; read it in parts`);
  }
}
