// Reference: the help text of sample: the forms of --seeds, --n and --labels, and the kinds of --out.
import { expect, it } from 'vitest';
import { parseFlags } from '../flags';
import { labelsOf, sampleFormat, seedsOf } from './request';

const flags = { n: { value: 'N', help: '' }, seeds: { value: '0-63', help: '' }, labels: { value: '0', help: '' } };
const args = (...words: string[]) => parseFlags(words, flags);
const seeds = (text: string) => seedsOf(args(`--seeds=${text}`));
const labels = (text: string, names: readonly string[] = []) => labelsOf(args('--labels', text), 4, names);

it('seeds are ranges and numbers, in the order in which they are given', () => {
  expect(seeds('8-10,3, 5')).toEqual([8, 9, 10, 3, 5]);
  expect(seedsOf(args('--n', '3'))).toEqual([0, 1, 2]);
  expect(seedsOf(args())).toHaveLength(16);
});

it.each([
  ['0-5-9', '--seeds has "0-5-9"; expected e.g. 0-63 or 1,5,8-11'],
  ['-5', '--seeds has "-5"; expected'],
  ['1,', '--seeds has ""; expected'],
  ['1e3', '--seeds has "1e3"; expected'],
  ['5-4', '--seeds has 5-4; expected FIRST-LAST, e.g. 0-63'],
  ['3,1-4', '--seeds has 3 twice; the same seed gives the same sample'],
  ['0-99999999999', '--seeds 0-99999999999: expected at most 10,000,000 samples'],
  ['9007199254740993', '--seeds has 9007199254740993; expected whole numbers from 0'],
])('seeds %s are refused', (text, message) => {
  expect(() => seeds(text)).toThrow(message);
});

it('a count that would fill the memory is refused', () => {
  expect(() => seedsOf(args('--n', '1e12'))).toThrow('--n 1e12: expected at most 10,000,000 samples');
});

it('labels are numbers and names; a name goes before a number', () => {
  const names = ['cat', 'dog', 'fox, red', '0'];
  expect(labels('all')).toEqual([0, 1, 2, 3]);
  expect(labels('none')).toEqual([null]);
  expect(labels('3,1')).toEqual([3, 1]);
  expect(labels('dog, 1,0', names)).toEqual([1, 1, 3]);
  expect(labels('fox, red', names)).toEqual([2]);
  expect(() => labels('4')).toThrow('--labels has 4; expected classes from 0 to 3');
  expect(() => labels('dogs', names)).toThrow('--labels has "dogs"; did you mean dog?');
  expect(() => labels('dog')).toThrow('--labels has "dog"; expected numbers from 0 to 3');
});

it.each([
  ['a.png', 'png'],
  ['A.PNG', 'png'],
  ['a.NpZ', 'npz'],
  ['samples.v1', 'folder'],
  ['samples', 'folder'],
  ['a.png/', 'folder'],
  ['v1.0/samples', 'folder'],
])('--out %s is a %s', (out, format) => {
  expect(sampleFormat(out)).toBe(format);
});

it('the name of a file of another kind is refused', () => {
  expect(() => sampleFormat('x.JPG')).toThrow(
    '--out x.JPG: expected a file .png or .npz, or a folder (x.JPG/ if it is one)',
  );
});
