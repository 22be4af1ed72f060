// Reference: the commands and presets that there are, what npm puts into the environment, a machine on which nothing opens.
import { defaultPreset, presetConfig } from '@noisesmith/runs';
import { DeviceError } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { commands } from '../src/cli';
import { thisHost } from '../src/machine/host';
import { cli } from './cli-run';

it.each([
  ['noisesmith', undefined],
  ['npx noisesmith', 'npx'],
  ['npm run noisesmith --', 'noisesmith'],
])('without a command it says what computes here and what to type first: %s', async (typed, by) => {
  const { err, exitCode, out } = await cli([], { host: { ...thisHost(), env: { npm_lifecycle_event: by } } });
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(/^ {2}computes on {2}WebAssembly, \d+ threads?: /m);
  expect(out).toMatch(/^ {2}pictures .*(can be read|npm install sharp)$/m);
  const lines = out.split('To begin with\n')[1]!.trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith(`  ${typed} `))).toEqual([]);
  const named = lines.flatMap((line) => /^\w+/.exec(line.slice(typed.length + 3))?.[0] ?? []);
  expect(named[0]).toBe('train');
  for (const name of named) expect(commands.map((command) => command.name)).toContain(name);
  expect(out).toContain(`runs/${presetConfig(defaultPreset).preset}/ema.safetensors`);
});

it('where nothing computes it says what is missing, and fails', async () => {
  const openBackend = () => Promise.reject(new DeviceError('no adapter; install a driver'));
  const { err, exitCode, out } = await cli([], { openBackend });
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'noisesmith: no adapter; install a driver\n' });
  expect(out).toMatch(/^ {2}computes on {2}nothing yet$/m);
});
