/** Lines that are hashed at once, so that no text becomes too long. */
const PORTION = 65536;

const hexOf = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');

const sha256 = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', bytes);

/** 32 hexadecimal digits of SHA-256 over all lines, for telling one data set from another. */
export async function fingerprint(lines: readonly string[]): Promise<string> {
  const encoder = new TextEncoder();
  let digest = '';
  for (let from = 0; from < lines.length; from += PORTION) {
    const text = `${digest}\n${lines.slice(from, from + PORTION).join('\n')}`;
    digest = hexOf(await sha256(encoder.encode(text)));
  }
  return digest;
}

/** At most `count` of 0 to `size` - 1, evenly spaced from the first on. */
export function evenlySpaced(size: number, count: number): number[] {
  const taken = Math.min(size, count);
  return Array.from({ length: taken }, (_, k) => Math.floor((k * size) / taken));
}

/**
 * Digits for rows of bytes.
 * @param row the bytes of a row, `stride` of them
 */
export async function fingerprintOfRows(
  rows: readonly number[],
  stride: number,
  row: (index: number) => Uint8Array | Promise<Uint8Array>,
): Promise<string> {
  const taken = new Uint8Array(rows.length * stride);
  for (const [k, index] of rows.entries()) taken.set(await row(index), k * stride);
  return hexOf(await sha256(taken));
}
