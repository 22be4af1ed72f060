import { createRequire } from 'node:module';
import { DeviceError } from '@noisesmith/tensor';
import type { Context } from './context';
import { exitCodes } from './errors';
import { unusedGpu } from './machine/diagnosis';
import type { Host } from './machine/host';
import { table } from './output';
import { version } from './version';

/** Whether folders of pictures can be read: `sharp`, which `@noisesmith/data` decodes them with, is up to the user. */
function decodesPictures(): boolean {
  try {
    createRequire(createRequire(import.meta.url).resolve('@noisesmith/data/package.json')).resolve('sharp');
    return true;
  } catch {
    return false;
  }
}

const firstCommands = [
  ['train', 'trains digits on this machine; Ctrl-C stops, the same line goes on'],
  ['sample --checkpoint runs/mnist/ema.safetensors --out digits.png', 'draws from what was trained'],
  ['view runs', 'shows runs in the browser'],
  ['inspect folder:photos --check', 'looks at pictures of yours, to train on them'],
  ['doctor', 'says more about this machine'],
  ['--help', 'lists all commands'],
];

/** What is typed before a command: as this one was, which npm names in the environment. */
function typedBefore({ npm_lifecycle_event: by }: Host['env']): string {
  if (by === 'noisesmith') return 'npm run noisesmith --';
  return by === 'npx' ? 'npx noisesmith' : 'noisesmith';
}

/** Without a command: what computes here, what is missing, and what to type first. @returns the exit code */
export async function welcome(context: Context): Promise<number> {
  const rows: string[][] = [];
  let problem: string | undefined;
  try {
    const { backend, name, why } = await context.openBackend('auto');
    rows.push(['  computes on', `${name}: ${why}`]);
    const gpu = backend.profile.software ? unusedGpu(context.host) : undefined;
    if (gpu !== undefined) rows.push(['  GPU', gpu]);
    backend.destroy();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    problem = error.message;
    rows.push(['  computes on', 'nothing yet']);
  }
  rows.push([
    '  pictures',
    decodesPictures() ? 'folders of pictures can be read' : 'to train on a folder of them, also: npm install sharp',
  ]);
  const indented = firstCommands.map(([command, does]) => [`  ${typedBefore(context.host.env)} ${command}`, does!]);
  context.out(
    `noisesmith ${version()}: pictures out of noise\n\nThis machine\n${table(rows)}\nTo begin with\n${table(indented)}`,
  );
  if (problem === undefined) return exitCodes.done;
  context.err(`noisesmith: ${problem}\n`);
  return exitCodes.failed;
}
