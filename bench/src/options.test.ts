// Reference: the usage text.
import { describe, expect, it } from 'vitest';
import { SMALL, TINY } from './configs';
import { parseOptions } from './options';

describe('parseOptions', () => {
  it('times the train step of tiny unless told otherwise', () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ suites: ['train'], configs: [TINY], steps: 20, rounds: 10, python: 'python3' });
    expect(options.contestants).toBeUndefined();
    expect(options.images).toBe(1000);
    expect(options.convolutions).toContain('1a');
  });

  it('reads lists and turns times into milliseconds', () => {
    const flags = ['--suite=ops,train', '--config=tiny,small', '--op=attention', '--budget=0.5', '--timeout', '2'];
    expect(parseOptions([...flags, '--dawn=a', '--dawn=b'])).toMatchObject({
      suites: ['ops', 'train'],
      configs: [TINY, SMALL],
      ops: ['attention'],
      budgetMs: 500,
      timeoutMs: 120_000,
      dawn: ['a', 'b'],
    });
  });

  it('names the flag that is wrong', () => {
    for (const count of ['0', '-1', '1.5', 'many', '']) {
      expect(() => parseOptions([`--steps=${count}`])).toThrow('--steps');
      expect(() => parseOptions([`--rounds=${count}`])).toThrow('--rounds');
      expect(() => parseOptions([`--images=${count}`])).toThrow('--images');
    }
    expect(() => parseOptions(['--budget=0'])).toThrow('--budget: "0", expected seconds above 0');
    expect(() => parseOptions(['--timeout=soon'])).toThrow('--timeout: "soon", expected minutes above 0');
    expect(() => parseOptions(['--suites=train'])).toThrow('--suites');
  });
});
