// Reference: a recurrence by hand, applied to a few values among 1.08e9, after the steps of a run that was killed while it
// wrote its state of 4.32 GB; 600 MiB as the most that the host's memory may grow by.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openSafetensors } from '@noisesmith/formats';
import { fileSource } from '@noisesmith/formats/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkpointName } from './checkpoints';
import { HUGE_STEPS, hugePlaces, hugeStep, hugeValue } from './testing/huge-values';
import { trainStateNames } from './train-step';

const script = fileURLToPath(new URL('./testing/huge-run.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'training-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the run; it is killed as soon as it has printed `stopAt`. @returns what it printed */
function run(mode: 'stop' | 'go', stopAt?: string): Promise<string> {
  const flags = ['--conditions=@noisesmith/source', '--import', tsx, script, folder, mode];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += String(piece);
    if (stopAt !== undefined && text.includes(stopAt)) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

it('a state of 4.32 GB is written, and goes on to the same bits after a kill in the middle of it', async () => {
  const killed = await run('stop', 'half');
  expect(killed).toBe('from 0\nhalf\n');
  expect((await readdir(folder)).sort()).toEqual([`.${checkpointName(2)}.tmp`, checkpointName(1)]);

  const resumed = await run('go');
  expect(resumed).toMatch(/^from 1\ndone, grown \d+\n$/);
  expect(Number(/grown (\d+)/.exec(resumed)![1])).toBeLessThan(600);

  await using source = await fileSource(join(folder, checkpointName(HUGE_STEPS)));
  expect(source.size).toBeGreaterThan(4.3e9);
  const file = await openSafetensors(source);
  for (const name of trainStateNames) {
    for (const place of hugePlaces) {
      const start = name === 'params' || name === 'ema' ? hugeValue(place) : 0;
      const [value] = (await file.elements(name, place, 1)).data;
      expect(value, `${name} ${place}`).toBe(hugeStep(hugeStep(start)));
    }
  }
});
