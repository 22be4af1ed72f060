/** Bytes hashed at a time: some platforms refuse to hash gigabytes in one call. */
const PIECE = 64 * 2 ** 20;

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Hexadecimal SHA-256 of the SHA-256s of the 64 MiB pieces of `parts`, each part's pieces counted from its start. */
export async function digestOf(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (!subtle) throw new Error('no WebCrypto: checkpoints need a secure context (https or localhost)');
  const hashes: Uint8Array<ArrayBuffer>[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE) {
      hashes.push(new Uint8Array(await subtle.digest('SHA-256', part.subarray(at, at + PIECE))));
    }
  }
  const joined = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, i) => {
    joined.set(hash, i * 32);
  });
  return hex(await subtle.digest('SHA-256', joined));
}
