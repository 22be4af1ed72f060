// Reference: the promise of an atomic write (old or new bytes, never a mixture, no left-over), observed on a real folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError, fileError } from './file-error';
import { isLeftover, writeFileAtomic } from './write-atomic';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* parts(...pieces: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

it('writes and replaces without leaving temporary files', async () => {
  const path = join(folder, 'a.bin');
  await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  await writeFileAtomic(path, Uint8Array.of(4));
  expect([...(await readFile(path))]).toEqual([4]);
  await writeFileAtomic(path, parts(Uint8Array.of(5, 6), new Uint8Array(0), Uint8Array.of(7)));
  expect([...(await readFile(path))]).toEqual([5, 6, 7]);
  await writeFileAtomic(path, parts());
  expect([...(await readFile(path))]).toEqual([]);
  expect(await readdir(folder)).toEqual(['a.bin']);
});

it('a reader never sees a part of a file', async () => {
  const path = join(folder, 'a.bin');
  await writeFileAtomic(path, new Uint8Array(1 << 20).fill(0));
  const half = (round: number) => new Uint8Array(1 << 19).fill(round);
  const writing = (async () => {
    for (let round = 1; round <= 5; round++) await writeFileAtomic(path, parts(half(round), half(round)));
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

describe('on failure', () => {
  const refused = async (path: string, content: Parameters<typeof writeFileAtomic>[1] = 'x'): Promise<FileError> => {
    const error = await writeFileAtomic(path, content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FileError);
    return error as FileError;
  };

  it('leaves the old file alone and no temporary one, and passes on the error of the parts as it is', async () => {
    const path = join(folder, 'keep');
    await writeFileAtomic(path, 'old');
    const trouble = new Error('the device is gone');
    await expect(writeFileAtomic(path, parts(Uint8Array.of(1), trouble))).rejects.toBe(trouble);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['keep']);
  });

  it('names the path as it was given, the reason and the code', async () => {
    const missing = join(folder, 'missing', 'a.bin');
    expect(await refused(missing)).toMatchObject({
      message: `${missing}: no such folder`,
      path: missing,
      reason: 'no such folder',
      code: 'ENOENT',
    });
    await writeFile(join(folder, 'file'), '');
    expect((await refused(join(folder, 'file', 'a.bin'))).reason).toMatch(/^no such folder: a file stands/);
    await mkdir(join(folder, 'd.png'));
    expect((await refused(join(folder, 'd.png'))).message).toBe(`${join(folder, 'd.png')}: a folder, expected a file`);
    expect((await refused(join(folder, 'x'.repeat(300)))).reason).toBe('the name is too long');
    expect((await refused('')).message).toBe("'': expected the name of a file");
    expect((await readdir(folder)).sort()).toEqual(['d.png', 'file']);
  });

  it('takes nothing from the parts when there is no place for the file', async () => {
    let taken = 0;
    const counting = async function* () {
      taken++;
      yield Uint8Array.of(1);
    };
    await refused(folder, counting());
    await refused(join(folder, 'missing', 'a'), counting());
    expect(taken).toBe(0);
  });

  it('puts no file in place of a device, also through a link', async () => {
    expect((await refused('/dev/null')).reason).toBe('a pipe or a device, expected a file');
    await symlink('/dev/null', join(folder, 'link'));
    await refused(join(folder, 'link'));
  });

  it.each([
    ['ENOSPC', 'out.npz: no space left'],
    ['EACCES', 'out.npz: may not be written'],
    ['EWHATEVER', 'out.npz: cannot be written (EWHATEVER)'],
  ])('%s in one line, without the name of the temporary file', (code, message) => {
    const raw = Object.assign(new Error(`${code}: x, write '.out.npz.1.00000000.tmp'`), { code, syscall: 'write' });
    expect(fileError('out.npz', 'write', raw)).toMatchObject({ message, cause: raw });
  });
});

it('takes names as long as the file system does', async () => {
  const name = `${'ä'.repeat(120)}.bin`;
  await writeFileAtomic(join(folder, name), 'x');
  expect(await readdir(folder)).toEqual([name]);
});

it('a killed writer leaves the old bytes and a file that is recognised as a left-over', async () => {
  const path = join(folder, 'a.bin');
  await writeFile(path, 'old');
  const source = fileURLToPath(new URL('./write-atomic.ts', import.meta.url));
  const code = `
    const { writeFileAtomic } = await import(${JSON.stringify(source)});
    await writeFileAtomic(${JSON.stringify(path)}, (async function* () {
      yield new Uint8Array(1000);
      console.log('halfway');
      await new Promise((resolve) => setTimeout(resolve, 1e6));
    })());`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readFile(path, 'utf8')).toBe('old');
  const [left] = (await readdir(folder)).filter((name) => name !== 'a.bin');
  expect(isLeftover(left!)).toBe(true);
  expect(['a.bin', '.hidden', '.a.tmp', '.a.b.12.tmp'].some(isLeftover)).toBe(false);
});
