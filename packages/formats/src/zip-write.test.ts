// Reference: PKWARE's APPNOTE.TXT 6.3, sections 4.3.14 to 4.3.16 (when the numbers of ZIP64 are needed), read back by the
// reader of this package, which is tested on what Python writes.
import { expect, it } from 'vitest';
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
