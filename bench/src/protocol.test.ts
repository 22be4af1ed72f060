// Reference: the protocol as the head of protocol.ts states it; round trips and hand-made lines.
import { describe, expect, it } from 'vitest';
import { TINY } from './configs';
import {
  type ContestantResult,
  failedChecks,
  formatArguments,
  parseArguments,
  parseResult,
  parseSteps,
} from './protocol';

const result: ContestantResult = {
  name: 'someone',
  adapter: 'mesa llvmpipe',
  configName: 'tiny',
  batch: 32,
  msPerStep: { min: 1, median: 2, all: [2, 1, 3] },
  firstStepMs: 50,
  verified: { lossRelError: 1e-7, gradWorst: 1e-5 },
};

describe('arguments', () => {
  it('survive the command line', () => {
    const args = { config: TINY, steps: 7, fixture: 'some dir/a.safetensors', dawn: ['backend=vulkan', 'x=y'] };
    expect(parseArguments(formatArguments(args))).toEqual(args);
    expect(parseArguments(formatArguments({ ...args, fixture: undefined, dawn: [] }))).toEqual({
      ...args,
      fixture: undefined,
      dawn: [],
    });
  });

  it('name the flag that is wrong', () => {
    expect(() => parseArguments(['--steps=3'])).toThrow('--config: missing');
    for (const steps of ['0', '-1', '1.5', 'many', '']) expect(() => parseSteps(steps)).toThrow('--steps');
  });
});

describe('parseResult', () => {
  it('takes the last JSON object among other output', () => {
    const stdout = `{"early": 1}\ncompiling\n${JSON.stringify(result)}\nbye\n`;
    expect(parseResult(stdout)).toEqual(result);
  });

  it('keeps the optional checks and a null verification', () => {
    const full = { ...result, verified: { ...result.verified!, lambWorst: 1e-4, emaWorst: 1e-4 } };
    expect(parseResult(JSON.stringify(full))).toEqual(full);
    expect(parseResult(JSON.stringify({ ...result, verified: null })).verified).toBeNull();
  });

  it('says what is missing', () => {
    expect(() => parseResult('nothing here')).toThrow('no result line');
    expect(() => parseResult('{broken')).toThrow('not JSON');
    for (const name of Object.keys(result)) {
      const partial: Record<string, unknown> = { ...result };
      delete partial[name];
      expect(() => parseResult(JSON.stringify(partial))).toThrow(`"${name}"`);
    }
    expect(() => parseResult(JSON.stringify({ ...result, msPerStep: { min: 1, median: 1, all: [1, 'a'] } }))).toThrow(
      '"all"',
    );
  });

  it('reads an error that JSON turned into null as a failed check', () => {
    const line = JSON.stringify({ ...result, verified: { lossRelError: Number.NaN, gradWorst: 0 } });
    expect(failedChecks(parseResult(line).verified!)).toEqual(['lossRelError']);
  });
});

describe('failedChecks', () => {
  it('passes at the tolerance and fails above it', () => {
    expect(failedChecks({ lossRelError: 1e-4, gradWorst: 1e-3, lambWorst: 1e-3, emaWorst: 1e-3 })).toEqual([]);
    expect(failedChecks({ lossRelError: 2e-4, gradWorst: 2e-3, lambWorst: 2e-3, emaWorst: 2e-3 })).toEqual([
      'lossRelError',
      'gradWorst',
      'lambWorst',
      'emaWorst',
    ]);
  });
});
