// Reference: the protocol as the head of protocol.ts states it; round trips and hand-made lines.
import { describe, expect, it } from 'vitest';
import { failedChecks, formatArguments, type Measurement, parseArguments, parseMeasurement } from './protocol';

const measurement: Measurement = {
  contestant: 'someone',
  job: 'train tiny',
  adapter: 'mesa llvmpipe',
  runtime: 'WebGPU',
  ms: { min: 1, median: 2, all: [2, 1, 3] },
  firstMs: 50,
  runsPerRound: 1,
  errors: { loss: 1e-7, gradients: 1e-5 },
  losses: [2, 1],
  stream: { few: 100, growthOfFew: 7e8, many: 1000, growthOfMany: 7.1e8 },
  memory: {
    baseline: 5e7,
    growth: 3e8,
    warmGrowth: 2e8,
    planned: { state: 4e7, temporary: 9e7, liveBound: 8e7, other: 1e7 },
  },
};

describe('arguments', () => {
  it('survive the command line', () => {
    const args = { contestant: 'a', job: 'some dir/a.safetensors', python: 'py', dawn: ['backend=vulkan', 'x=y'] };
    expect(parseArguments(formatArguments(args))).toEqual(args);
    expect(parseArguments(formatArguments({ ...args, dawn: [] }))).toEqual({ ...args, dawn: [] });
  });

  it('name the flag that is missing', () => {
    expect(() => parseArguments(['--job=a'])).toThrow('--contestant: missing');
    expect(() => parseArguments(['--contestant=a'])).toThrow('--job: missing');
  });
});

describe('parseMeasurement', () => {
  it('takes the last JSON object among other output', () => {
    const stdout = `{"early": 1}\ncompiling\n${JSON.stringify(measurement)}\nbye\n`;
    expect(parseMeasurement(stdout)).toEqual(measurement);
  });

  it('keeps what may be null', () => {
    const unchecked = { ...measurement, adapter: null, errors: null, memory: null, stream: null };
    expect(parseMeasurement(JSON.stringify(unchecked))).toEqual(unchecked);
    const unplanned = { ...measurement, memory: { ...measurement.memory, warmGrowth: null, planned: null } };
    expect(parseMeasurement(JSON.stringify(unplanned))).toEqual(unplanned);
  });

  it('says what is missing', () => {
    expect(() => parseMeasurement('nothing here')).toThrow('no result line');
    expect(() => parseMeasurement('{broken')).toThrow('not JSON');
    for (const name of Object.keys(measurement)) {
      const partial: Record<string, unknown> = { ...measurement };
      delete partial[name];
      expect(() => parseMeasurement(JSON.stringify(partial))).toThrow(`"${name}"`);
    }
    for (const memory of [
      { ...measurement.memory, growth: '1' },
      { ...measurement.memory, planned: { growth: 1 } },
    ]) {
      expect(() => parseMeasurement(JSON.stringify({ ...measurement, memory }))).toThrow(/"growth"|"state"/);
    }
    const mixed = { ...measurement, ms: { min: 1, median: 1, all: [1, 'a'] } };
    expect(() => parseMeasurement(JSON.stringify(mixed))).toThrow('"all"');
    expect(() => parseMeasurement(JSON.stringify({ ...measurement, errors: { loss: 'none' } }))).toThrow('"loss"');
  });

  it('reads an error that JSON turned into null as a failed check', () => {
    const line = JSON.stringify({ ...measurement, errors: { loss: Number.NaN, gradients: 0 } });
    expect(failedChecks(parseMeasurement(line).errors!)).toEqual(['loss']);
  });
});

describe('failedChecks', () => {
  it('passes at the tolerance and fails above it', () => {
    expect(failedChecks({ loss: 1e-4, gradients: 1e-3, lamb: 1e-3, ema: 1e-3, dq: 1e-4 })).toEqual([]);
    expect(failedChecks({ distance: 1e-6, memory: 0.05, features: 1e-4 })).toEqual([]);
    const tooLarge = { loss: 2e-4, gradients: 2e-3, lamb: 2e-3, ema: 2e-3, dq: 2e-4, distance: 2e-6, memory: 0.06 };
    expect(failedChecks(tooLarge)).toEqual(Object.keys(tooLarge));
  });
});
