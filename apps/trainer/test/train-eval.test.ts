// Reference: a run that nothing disturbs, whose measurements one that is killed must give again, each once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCli } from './cli-process';
import { cli, filesIn, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const run = (out: string, steps = 40): string[] =>
  tinyTrain(images, out, steps, '--checkpoint-every', '6', ...['--eval-every', '10', '--eval-n', '30']);

/** Step and value of each line of statistics that has one. */
const measured = (out: string): [number, number][] =>
  String(readBytes(out, 'stats.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .flatMap(({ frechet, step }) => (frechet === undefined ? [] : [[step, frechet] as [number, number]]));

it('measurements while training stand in the statistics, and are the same after a kill', async () => {
  const whole = join(folder, 'whole');
  const { err, exitCode } = await cli(run(whole));
  expect(exitCode).toBe(0);
  const expected = measured(whole);
  expect(expected.map(([step]) => step)).toEqual([10, 20, 30, 40]);
  for (const [step, value] of expected) {
    expect(err).toContain(
      `step ${step}: Fréchet distance ${value.toPrecision(4)} of 30 samples to the data, by pixels-8x8x1\n`,
    );
  }
  expect(filesIn(whole)).toContain('reference-stats.npz');

  const killed = join(folder, 'killed');
  const { child, ended, until } = startCli(run(killed));
  await until((text) => text.err.includes('step 20: Fréchet'));
  child.kill('SIGKILL');
  expect(await ended).toBe(null);
  expect(await cli(run(killed))).toMatchObject({ exitCode: 0 });
  expect(measured(killed)).toEqual(expected);
  expect(readBytes(killed, 'ema.safetensors').equals(readBytes(whole, 'ema.safetensors'))).toBe(true);
});

it('another network is opened by its name', async () => {
  const out = join(folder, 'other');
  const result = await cli([...run(out, 10), '--eval-network', 'pixels-2x2x1', '--json']);
  expect(result.exitCode).toBe(0);
  const lines = result.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const found = lines.filter(({ type }) => type === 'evaluation');
  expect(found).toEqual([
    { type: 'evaluation', step: 10, samples: 30, network: 'pixels-2x2x1', frechet: measured(out)[0]![1] },
  ]);
});

it('a network that is not there is told before anything is written', async () => {
  const out = join(folder, 'unknown');
  const result = await cli([...run(out), '--eval-network', 'vgg']);
  expect(result.exitCode).toBe(2);
  expect(result.err).toContain('noisesmith: --eval-network vgg is unknown');
  expect(existsSync(out)).toBe(false);
});
