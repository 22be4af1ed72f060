// Reference: the lists that the usage text describes.
import { describe, expect, it } from 'vitest';
import { selectNamed } from './select';

const known = new Map([
  ['one', 1],
  ['two', 2],
]);
const select = (list: string) => selectNamed('--number', 'number', list, known);

describe('selectNamed', () => {
  it('keeps the order given, repetitions too', () => {
    expect(select('two, one,two')).toEqual([2, 1, 2]);
    expect(select('all')).toEqual([1, 2]);
  });

  it('names what it does not know', () => {
    expect(() => select('one,three')).toThrow(
      '--number: unknown number "three", expected one or more of one, two, or all',
    );
    expect(() => select('')).toThrow('unknown number ""');
    expect(() => select('one,all')).toThrow('unknown number "all"');
  });
});
