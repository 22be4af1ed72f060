// Reference: mutual exclusion itself; the holders are this process, a child that lives and is then killed, and made-up ones.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LOCK_FILE, RunLock } from '../src/run/run-lock';
import { type CliResult, cli, filesIn, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const trainTo = (name: string, ...more: string[]): string[] => tinyTrain(images, join(folder, name), 4, ...more);

/** A run folder with a lock and nothing else. */
function locked(name: string, holder: object | string): string {
  const out = join(folder, name);
  mkdirSync(out);
  writeFileSync(join(out, LOCK_FILE), typeof holder === 'string' ? holder : JSON.stringify(holder));
  return out;
}

it('a second command on a run under way is refused in one line, and the first is not disturbed', async () => {
  const out = join(folder, 'twice');
  let second: Promise<CliResult> | undefined;
  const onOut = (): void => {
    second ??= cli(trainTo('twice'));
  };
  expect(await cli(trainTo('twice', '--json'), { onOut })).toMatchObject({ exitCode: 0 });
  const { err, exitCode } = await second!;
  expect(exitCode).toBe(2);
  expect(err).toBe(
    `noisesmith: the run in ${out} is being trained by process ${process.pid}; use another --out, or remove ${join(out, LOCK_FILE)} if that process is gone\n`,
  );
  expect(filesIn(out)).not.toContain(LOCK_FILE);
  expect(await cli(trainTo('alone'))).toMatchObject({ exitCode: 0 });
  expect(readBytes(out, 'samples.npz').equals(readBytes(join(folder, 'alone'), 'samples.npz'))).toBe(true);
});

it('a holder that lives keeps others away and loses the lock when it is killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const out = locked('killed', { pid: child.pid, host: hostname(), started: '' });
  expect(() => RunLock.take(out)).toThrow(`is being trained by process ${child.pid};`);
  child.kill('SIGKILL');
  await ended;
  {
    using _lock = RunLock.take(out);
    expect(() => RunLock.take(out)).toThrow(`is being trained by process ${process.pid};`);
  }
  expect(existsSync(join(out, LOCK_FILE))).toBe(false);
});

it.each([
  ['of a process whose number another has now', { pid: process.ppid, host: hostname(), started: '1' }],
  ['that was never written whole', '{"pid": 1'],
])('a lock %s is taken over', (_, holder) => {
  const out = locked(`stale-${typeof holder}`, holder);
  using _lock = RunLock.take(out);
  expect(filesIn(out)).toEqual([LOCK_FILE]);
});

it('a holder on another machine is believed', () => {
  const out = locked('elsewhere', { pid: 1, host: 'elsewhere', started: '1' });
  expect(() => RunLock.take(out)).toThrow(/by process 1 on elsewhere; use another --out, or remove .*lock if/);
});
