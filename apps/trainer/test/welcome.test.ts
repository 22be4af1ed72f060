// Reference: the commands and presets that there are, and a machine on which nothing opens.
import { defaultPreset, presetConfig } from '@noisesmith/runs';
import { DeviceError } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { commands } from '../src/cli';
import { cli } from './cli-run';

it('without a command it says what computes here and what to type first', async () => {
  const { err, exitCode, out } = await cli([]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(/^ {2}computes on {2}WebAssembly, \d+ threads?: /m);
  expect(out).toMatch(/^ {2}pictures .*(can be read|npm install sharp)$/m);
  const named = [...out.matchAll(/^ {2}noisesmith (\w+)/gm)].map(([, name]) => name);
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
