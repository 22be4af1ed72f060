// Reference: folders made here; what must be listed is known from how they were made.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeFiles } from './node';

const root = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder with these files, each holding its own path. */
function folderOf(name: string, ...paths: string[]): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  return folder;
}

it('lists what lies below, folders without files too, hidden files not', async () => {
  const folder = folderOf('plain', 'b/2', 'b/c/1', 'a', '.git/x', 'b/._2', '__MACOSX/b/2', 'b/Thumbs.db');
  mkdirSync(join(folder, 'empty/inner'), { recursive: true });
  expect(await nodeFiles(folder).list()).toEqual(['a', 'b/2', 'b/c/1', 'empty/inner/']);
  expect(await nodeFiles(folder).list('b')).toEqual(['2', 'c/1']);
  expect(await nodeFiles().list(folder)).toEqual(['a', 'b/2', 'b/c/1', 'empty/inner/']);
});

it('follows links, but not round in circles', async () => {
  const real = folderOf('real', 'cat/1', 'dog/1');
  const linked = folderOf('linked', 'own/1');
  symlinkSync(join(real, 'cat'), join(linked, 'cat'));
  symlinkSync(join(real, 'cat'), join(linked, 'cat again'));
  symlinkSync(join(real, 'dog/1'), join(linked, 'own/2'));
  symlinkSync('..', join(linked, 'own/up'));
  symlinkSync('.', join(linked, 'self'));
  symlinkSync(root, join(real, 'cat/far up'));
  symlinkSync('nowhere', join(linked, 'broken.png'));
  const listed = await nodeFiles(linked).list();
  expect(listed.slice(0, 3)).toEqual(['broken.png', 'cat again/1', expect.stringMatching(/^cat again\/far up\//)]);
  expect(listed).toContain('own/2');
  expect(listed.filter((path) => path.includes('/up/') || path.startsWith('self'))).toEqual([]);
  symlinkSync(linked, join(root, 'link to all'));
  expect(await nodeFiles(join(root, 'link to all')).list()).toEqual(
    expect.arrayContaining(['own/1', 'own/2', 'cat/1']),
  );
});

it('reads ranges beyond 2 GiB of a file that is open only meanwhile', async () => {
  const folder = folderOf('large', 'a/file');
  truncateSync(join(folder, 'a/file'), 2 ** 32 + 5);
  const source = await nodeFiles(folder).open('a/file');
  expect([source.size, source.name]).toEqual([2 ** 32 + 5, `${folder}/a/file`]);
  expect([...(await source.read(1, 3))]).toEqual([...Buffer.from('/fi')]);
  expect([...(await source.read(2 ** 32 + 1, 4))]).toEqual([0, 0, 0, 0]);
  await expect(source.read(2 ** 32 + 1, 5)).rejects.toThrow(RangeError);
  expect(await nodeFiles(folder).sizeOf!('a/file')).toBe(2 ** 32 + 5);
});

it('tells in one line what is not there or cannot be read', async () => {
  const folder = folderOf('odd', 'file', 'locked/a.png');
  const files = nodeFiles(folder);
  await expect(files.open('none')).rejects.toThrow(`${folder}/none: no such file`);
  await expect(files.open('file/none')).rejects.toThrow(`${folder}/file/none: no such file`);
  await expect(files.open('locked')).rejects.toThrow(`${folder}/locked: is a folder, expected a file`);
  await expect(files.list('none')).rejects.toThrow(`${folder}/none: no such folder`);
  await expect(files.list('file')).rejects.toThrow(`${folder}/file: is a file, expected a folder`);
  symlinkSync('loop', join(folder, 'loop'));
  await expect(files.open('loop')).rejects.toThrow(`${folder}/loop: no such file`);
  chmodSync(join(folder, 'locked'), 0o000);
  try {
    // A privileged user reads it all the same.
    if (process.getuid?.() === 0) return;
    await expect(files.list()).rejects.toThrow(`${folder}/locked: reading it is not permitted`);
  } finally {
    chmodSync(join(folder, 'locked'), 0o700);
  }
});
