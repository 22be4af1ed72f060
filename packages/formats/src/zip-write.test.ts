// Reference: PKWARE's APPNOTE.TXT 6.3, sections 4.3.14 to 4.3.16 (when the numbers of ZIP64 are needed), read back by the
// reader of this package, which is tested on what Python writes.
import { describe, expect, it } from 'vitest';
import { joined } from './parts';
import { readFromBytes } from './reading';
import { readDirectory } from './zip-directory';
import { ZipWriter } from './zip-write';

it.each([65_534, 65_535])('%i members', (count) => {
  const zip = new ZipWriter();
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < count; i++) pieces.push(zip.begin(String(i), 0), zip.end());
  const bytes = joined([...pieces, ...zip.finish()]);
  const { members } = readFromBytes(readDirectory(bytes.length, undefined), bytes);
  expect(members.length).toBe(count);
  expect(members.at(-1)!.name).toBe(String(count - 1));
  const last = new TextDecoder('latin1').decode(bytes.subarray(-98));
  expect(last.includes('PK\x06\x06')).toBe(count >= 65_535);
});

describe('a member of 4 GiB', () => {
  const u16 = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint16(at, true);
  const u32 = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  const u64 = (bytes: Uint8Array, at: number) =>
    Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));

  it('has its sizes in 64 bits behind the data, as its local header tells', () => {
    const zip = new ZipWriter();
    const small = zip.begin('a', 2 ** 32 - 2);
    expect([u16(small, 4), u32(small, 22), u16(small, 28), small.length]).toEqual([20, 0, 0, 31]);
    expect(zip.end().length).toBe(16);
    const large = zip.begin('b', 2 ** 32 - 1);
    expect([u16(large, 4), u32(large, 18), u32(large, 22), u16(large, 28)]).toEqual([45, 2 ** 32 - 1, 2 ** 32 - 1, 20]);
    expect([u16(large, 31), u16(large, 33), large.length]).toEqual([1, 16, 51]);
    // As if this much had been written.
    zip.add(new Uint8Array(0), 2 ** 33);
    const behind = zip.end();
    expect([behind.length, u64(behind, 8), u64(behind, 16)]).toEqual([24, 2 ** 33, 0]);
  });

  it('and what follows it have their numbers in 64 bits in the directory', () => {
    const zip = new ZipWriter();
    zip.begin('a', 2 ** 33);
    zip.add(new Uint8Array(0), 2 ** 33);
    zip.end();
    zip.begin('b', 0);
    zip.end();
    const [a, b, end64, locator, end] = zip.finish() as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const second = 51 + 2 ** 33 + 24;
    const directory = second + 31 + 16;
    expect([u32(a, 20), u32(a, 24), u32(a, 42), u16(a, 30)]).toEqual([2 ** 32 - 1, 0, 0, 12]);
    expect([u16(a, 47), u16(a, 49), u64(a, 51)]).toEqual([1, 8, 2 ** 33]);
    expect([u32(b, 42), u64(b, 51)]).toEqual([2 ** 32 - 1, second]);
    expect([u64(end64, 24), u64(end64, 40), u64(end64, 48)]).toEqual([2, a.length + b.length, directory]);
    expect(u64(locator, 8)).toBe(directory + a.length + b.length);
    expect([u16(end, 8), u32(end, 12), u32(end, 16)]).toEqual([2, a.length + b.length, 2 ** 32 - 1]);
  });
});
