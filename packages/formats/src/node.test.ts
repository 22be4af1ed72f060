// Reference: the promise of an atomic write (old or new bytes, never a mixture, no left-over), observed on a real folder.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileSource, writeFileAtomic } from './node';
import { openSafetensors, writeSafetensors } from './safetensors';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('writes and replaces without leaving temporary files', async () => {
  const path = join(folder, 'a.bin');
  await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  await writeFileAtomic(path, Uint8Array.of(4));
  expect([...(await readFile(path))]).toEqual([4]);
  expect(await readdir(folder)).toEqual(['a.bin']);
});

it('a reader never sees a part of a file', async () => {
  const path = join(folder, 'a.bin');
  await writeFileAtomic(path, new Uint8Array(1 << 20).fill(0));
  const writing = (async () => {
    for (let round = 1; round <= 5; round++) await writeFileAtomic(path, new Uint8Array(1 << 20).fill(round));
  })();
  let done = false;
  void writing.then(() => {
    done = true;
  });
  do {
    const bytes = await readFile(path);
    expect(bytes.length).toBe(1 << 20);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  } while (!done);
  await writing;
});

it('leaves the old file alone when writing fails', async () => {
  await expect(writeFileAtomic(join(folder, 'missing', 'a.bin'), 'x')).rejects.toThrow('ENOENT');
  // A folder cannot be replaced by a file, so the rename fails after the temporary file was written.
  await writeFileAtomic(join(folder, 'keep'), 'old');
  await expect(writeFileAtomic(folder, 'x')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['keep']);
});

it('reads a safetensors file by ranges', async () => {
  const path = join(folder, 'w.safetensors');
  const w = { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) } as const;
  await writeFile(path, writeSafetensors({ w }));
  await using source = await fileSource(path);
  const file = await openSafetensors(source);
  expect(await file.read('w')).toEqual(w);
  await expect(source.read(source.size, 1)).rejects.toThrow('w.safetensors: bytes');
});
