// Reference: error codes of open(2) and mkdir(2).
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unwritableMessage } from './report.mjs';
import { lockUnlessReady } from './setup.mjs';

const refused = (code: string) => Object.assign(new Error(`${code}: no`), { code, path: '/repository/.cache/setup' });

it.each(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'])('%s is told of in one line that says where', (code) => {
  expect(unwritableMessage(refused(code))).toMatch(
    new RegExp(`^/repository/\\.cache/setup cannot be written \\(${code}\\), .*copy that to where you may write$`),
  );
});

it('any other failure stays what it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noisesmith-unwritable-'));
  writeFileSync(join(folder, 'file'), '');
  try {
    closeSync(openSync(join(folder, 'file', 'below'), 'w'));
    expect.unreachable();
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOTDIR');
    expect(unwritableMessage(error)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(unwritableMessage(Object.assign(new Error('no'), { code: 'EACCES' }))).toBeUndefined();
  expect(unwritableMessage('EACCES')).toBeUndefined();
});

it('a folder that cannot be written needs no lock once all is there, and only then', async () => {
  const take = (error: Error) => () => Promise.reject(error);
  const release = await lockUnlessReady(take(refused('EROFS')), () => true);
  release();
  await expect(lockUnlessReady(take(refused('EROFS')), () => false)).rejects.toThrow('EROFS');
  await expect(lockUnlessReady(take(refused('EEXIST')), () => true)).rejects.toThrow('EEXIST');
  let given = 0;
  (
    await lockUnlessReady(
      async () => () => void given++,
      () => expect.unreachable(),
    )
  )();
  expect(given).toBe(1);
});
