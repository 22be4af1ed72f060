// Reference: the check value of CRC-32/ISO-HDLC (the sum of the digits 1 to 9) and sums of Python's zlib.crc32.
import { expect, it } from 'vitest';
import { crc32 } from './crc32';

const ascii = (text: string) => new TextEncoder().encode(text);

it('gives the published check value', () => {
  expect(crc32(ascii('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

it('sums long data, in one piece and in any pieces', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) & 255);
  expect(crc32(bytes)).toBe(0x114ad5ff);
  for (const cut of [1, 15, 16, 17, 500, 999]) {
    expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(0x114ad5ff);
  }
});
