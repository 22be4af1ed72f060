import { createHash } from 'node:crypto';

/** SHA-256 of the bytes of each array, in hexadecimal: equal where every bit is. */
export const digestsOf = (arrays: Readonly<Record<string, ArrayBufferView>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { buffer, byteOffset, byteLength }]) => {
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return [name, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
