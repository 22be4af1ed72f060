// Reference: the file system itself: where prepareOutput lets a result through, it can be written, and elsewhere not.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { explain } from './errors';
import { type OutputKind, prepareOutput } from './outputs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noisesmith-outputs-'));
  writeFileSync(join(folder, 'f'), 'x');
  mkdirSync(join(folder, 'd.png'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const refusal = async (path: string, kind: OutputKind) =>
  explain(await prepareOutput('--out', path, kind).catch((error: unknown) => error));

it('makes the folders that are missing, and nothing else', async () => {
  const file = join(folder, 'a', 'b', 'c.png');
  await prepareOutput('--out', file, 'file');
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['a', join('a', 'b'), 'd.png', 'f']);
  await writeFileAtomic(file, 'x');
  await prepareOutput('--out', file, 'file');
  await prepareOutput('--out', join(folder, 'x', 'y'), 'folder');
  expect(existsSync(join(folder, 'x', 'y'))).toBe(true);
});

it.each([
  ['d.png', 'file', '--out D/d.png: a folder, expected a file'],
  ['f', 'folder', '--out D/f: a file, expected a folder'],
  ['f/a.png', 'file', 'D/f/a.png: no such folder: a file stands where a folder is meant'],
  ['f/a', 'folder', 'D/f/a: no such folder: a file stands where a folder is meant'],
  ['new/', 'file', '--out D/new/: expected the name of a file'],
  [`${'x'.repeat(300)}/a.png`, 'file', `D/${'x'.repeat(300)}/a.png: the name is too long`],
] as const)('%s is no place for a %s', async (name, kind, message) => {
  expect(await refusal(`${folder}/${name}`, kind)).toEqual({
    exitCode: 2,
    text: message.replaceAll('D/', `${folder}/`),
  });
  expect(readdirSync(folder).sort()).toEqual(['d.png', 'f']);
});

it('an empty name, and a device, are no places either', async () => {
  expect(await refusal('', 'file')).toEqual({ exitCode: 2, text: '--out is empty; expected the name of a file' });
  symlinkSync('/dev/null', join(folder, 'null'));
  expect((await refusal(join(folder, 'null'), 'file')).text).toContain('a pipe or a device, expected a file');
});

it('a folder in which nothing may be written is known before', async () => {
  // Of those who run as root, /proc takes nothing either.
  const closed = process.getuid?.() === 0 ? '/proc/self/fdinfo' : join(folder, 'closed');
  if (closed.startsWith(folder)) {
    mkdirSync(closed);
    chmodSync(closed, 0o500);
  }
  const { exitCode, text } = await refusal(join(closed, 'a', 'b.png'), 'file');
  expect({ exitCode, text }).toEqual({
    exitCode: 2,
    text: expect.stringMatching(/b\.png: (may not be written|no such folder)/),
  });
});

it('a disk that is full is no mistake of the arguments, and is told by the path that was given', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, mkdir'), {
    code: 'ENOSPC',
    syscall: 'mkdir',
    path: 'runs/a',
  });
  expect(explain(full)).toEqual({ exitCode: 1, text: 'runs/a: no space left' });
});
