// Reference: bytes put at known places of a sparse file, beyond 2 and 4 GiB; the file system of this machine.
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSafetensors } from '../safetensors';
import { writeSafetensors } from '../safetensors-write';
import { fileSource } from './file-source';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('reads a safetensors file by ranges', async () => {
  const path = join(folder, 'w.safetensors');
  const w = { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) } as const;
  await writeFile(path, writeSafetensors({ w }));
  await using source = await fileSource(path);
  const file = await openSafetensors(source);
  expect(await file.read('w')).toEqual(w);
  await expect(source.read(source.size, 1)).rejects.toThrow('w.safetensors: bytes');
});

it('reads a safetensors file of 6 GB, whose middle is a hole', async () => {
  const path = join(folder, 'large.safetensors');
  const elements = 1.5e9;
  const header = JSON.stringify({
    large: { dtype: 'F32', shape: [elements], data_offsets: [0, 4 * elements] },
    last: { dtype: 'U8', shape: [3], data_offsets: [4 * elements, 4 * elements + 3] },
  });
  const start = new Uint8Array(8 + header.length);
  new DataView(start.buffer).setUint32(0, header.length, true);
  start.set(new TextEncoder().encode(header), 8);
  await using handle = await open(path, 'w');
  await handle.write(start);
  await handle.write(new Uint8Array(Float32Array.of(0.5).buffer), 0, 4, start.length + 4 * (elements - 1));
  await handle.write(Uint8Array.of(7, 8, 9), 0, 3, start.length + 4 * elements);

  await using source = await fileSource(path);
  const file = await openSafetensors(source);
  expect(file.names).toEqual(['large', 'last']);
  expect([...(await file.read('last')).data]).toEqual([7, 8, 9]);
  expect([...(await file.elements('large', elements - 2, 2)).data]).toEqual([0, 0.5]);
});

it('says in one line what cannot be read', async () => {
  await expect(fileSource(join(folder, 'none'))).rejects.toMatchObject({
    name: 'FileError',
    message: `${join(folder, 'none')}: no such file`,
    code: 'ENOENT',
  });
  await expect(fileSource(folder)).rejects.toThrow(`${folder}: a folder, expected a file`);
  await expect(fileSource('/dev/null')).rejects.toThrow('/dev/null: a pipe or a device, expected a file');
});

it('notices that the file shrank while it was open', async () => {
  const path = join(folder, 'a');
  await writeFile(path, new Uint8Array(10));
  await using source = await fileSource(path);
  await truncate(path, 4);
  await expect(source.read(0, 10)).rejects.toThrow(`${path}: it shrank from 10 to 4 bytes while open`);
});
