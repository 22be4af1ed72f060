import { observed } from './observed';

/** Bytes hashed at a time: WebCrypto takes in no stream, and some platforms refuse gigabytes in one call. */
const CHUNK = 16 * 2 ** 20;

/** SHA-256 of the SHA-256s of the 16 MiB chunks of some bytes, which come in pieces of any length. */
export class Digest {
  private readonly hashes: Promise<Uint8Array>[] = [];
  private chunk = new Uint8Array(2 ** 12);
  private used = 0;

  /** Resolves when no more than one chunk is on its way; the bytes may be changed afterwards. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, CHUNK - this.used);
      this.reserve(this.used + count);
      this.chunk.set(bytes.subarray(at, at + count), this.used);
      this.used += count;
      at += count;
      if (this.used < CHUNK) continue;
      const before = this.hashes.at(-1);
      this.flush();
      await before;
    }
  }

  /** 32 bytes. Nothing may be added after it. */
  async value(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.used > 0) this.flush();
    const joined = new Uint8Array(this.hashes.length * 32);
    for (const [i, hash] of (await Promise.all(this.hashes)).entries()) joined.set(hash, i * 32);
    return sha256(joined);
  }

  private flush(): void {
    // The next `add`, or `value`, sees it fail.
    this.hashes.push(observed(sha256(this.chunk.subarray(0, this.used))));
    this.used = 0;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.chunk.length) return;
    const larger = new Uint8Array(Math.min(CHUNK, 2 ** Math.ceil(Math.log2(bytes))));
    larger.set(this.chunk.subarray(0, this.used));
    this.chunk = larger;
  }
}

/** WebCrypto copies the bytes when it is called. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = globalThis.crypto;
  if (!subtle) throw new Error('no WebCrypto: checkpoints need a secure context (https or localhost)');
  return new Uint8Array(await subtle.digest('SHA-256', bytes));
}

/** Hexadecimal digits, two a byte. */
export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
