// References: the README on how a run ends (a checkpoint, the lock released, the same command goes on); exit codes by
// POSIX.1-2017, XCU 2.8.2: 128 and the number of the signal; full(4): every write to /dev/full fails with ENOSPC.
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCli } from './cli-process';
import { temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const MANY = 1_000_000;
/** Far from its end, and with no checkpoint but the one that an ending writes. */
const long = (out: string): string[] => tinyTrain(images, out, MANY, '--checkpoint-every', String(MANY));

function expectGoodOrder(out: string): void {
  expect(existsSync(join(out, 'lock'))).toBe(false);
  expect(readdirSync(join(out, 'checkpoints'))).toEqual([expect.stringMatching(/^checkpoint-\d+\.safetensors$/)]);
}

describe('a run ends with a checkpoint and without its lock', () => {
  it('when its terminal hangs up, which a process may hear of twice', async () => {
    const out = join(folder, 'hung-up');
    const { child, ended, text, until } = startCli(long(out));
    await until(({ err }) => err.includes('step '));
    child.kill('SIGHUP');
    child.kill('SIGHUP');
    expect(await ended).toBe(129);
    expect(text.err).toMatch(/\ninterrupted at step \d+; the same command goes on from there\n$/);
    expectGoodOrder(out);
  });

  it('when nobody reads what it prints any more', async () => {
    const out = join(folder, 'no-reader');
    const { child, ended, until } = startCli(long(out));
    await until(({ err }) => err.includes('step '));
    child.stderr!.destroy();
    expect(await ended).toBe(130);
    expectGoodOrder(out);
  });
});

it('a full standard output costs no step, and the exit code says that it is not whole', async () => {
  const out = join(folder, 'full');
  const full = openSync('/dev/full', 'w');
  const { ended, text } = startCli(tinyTrain(images, out, 6, '--json'), { out: full });
  closeSync(full);
  expect(await ended).toBe(1);
  expect(text.err).toMatch(/\nnoisesmith: standard output: ENOSPC: [^\n]+; what was printed is not whole\n$/);
  expect(existsSync(join(out, 'grid.png'))).toBe(true);
  expectGoodOrder(out);
});

it('a command whose reader leaves early is no failure', async () => {
  const { child, ended } = startCli(['schedule', 'cosine', '--t', Array(4000).fill('0.5').join(',')]);
  child.stdout!.destroy();
  expect(await ended).toBe(0);
});

it('an error after the command has ended well is no good end', async () => {
  const { ended, text } = startCli(['schedule', 'cosine', '--t', '0.5'], {
    before: "process.once('beforeExit', () => { throw new Error('too late'); });",
  });
  expect(await ended).toBe(1);
  expect(text.out).not.toBe('');
  expect(text.err).toContain('Error: too late');
});
