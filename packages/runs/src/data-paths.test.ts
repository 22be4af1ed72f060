// Reference: the forms of data sets as `datasetSpecs` of @noisesmith/data lists them.
import { datasetSpecs } from '@noisesmith/data';
import { expect, it } from 'vitest';
import { mapDataPaths } from './data-paths';

const rooted = (spec: string): string => mapDataPaths(spec, (path) => `/root/${path}`);

it.each([
  ['mnist', 'mnist'],
  ['emoji', 'emoji'],
  ['emoji:FOLDER', 'emoji:/root/FOLDER'],
  ['cifar10:FOLDER', 'cifar10:/root/FOLDER'],
  ['folder:a b/c:d', 'folder:/root/a b/c:d'],
  ['npz:FILE', 'npz:/root/FILE'],
  ['idx:IMAGES', 'idx:/root/IMAGES'],
  ['idx:IMAGES,LABELS', 'idx:/root/IMAGES,/root/LABELS'],
  ['idx:a\\,b,LABELS', 'idx:/root/a\\,b,/root/LABELS'],
])('%s becomes %s', (spec, expected) => {
  expect(rooted(spec)).toBe(expected);
});

it('knows the paths of every form', () => {
  for (const { form } of datasetSpecs.filter((one) => one.form.includes(':'))) {
    expect(rooted(form), form).toContain('/root/');
  }
});

it('leaves alone what has no path, or is none of the forms', () => {
  for (const spec of ['folder:', 'idx:', 'nonsense', 'other:x']) expect(rooted(spec)).toBe(spec);
});
