/** Bytes `from` to `to`, the last one included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of `size` bytes that a Range header asks for (RFC 9110, section 14).
 * @returns undefined where all of it is to be sent: without a header, or with one that is malformed or of several ranges;
 * 'none' where no byte of the range is there
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'none' | undefined {
  const found = /^bytes=(\d{1,15})?-(\d{1,15})?$/.exec(header?.trim() ?? '');
  const [, first, last] = found ?? [];
  if (!found || (first === undefined && last === undefined)) return undefined;
  if (first === undefined) {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'none' : { from: size - count, to: size - 1 };
  }
  const range = { from: Number(first), to: Math.min(Number(last ?? Infinity), size - 1) };
  if (last !== undefined && Number(last) < range.from) return undefined;
  return range.from < size ? range : 'none';
}

/** Whether an If-None-Match header names this strong tag (RFC 9110, section 13.1.2). */
export function namesTag(header: string | undefined, tag: string): boolean {
  const tags = (header ?? '').split(',').map((text) => text.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}
