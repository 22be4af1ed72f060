// Reference: what is meant by drops as visitors make them: a file, several, a folder of pictures, one of a run.
import { expect, it } from 'vitest';
import { droppedThings, withinRoot } from './dropped-things';

const files = (...paths: string[]) => paths.map((path) => ({ path, file: { name: path } as File }));
const paths = (list: readonly { readonly path: string }[]) => list.map(({ path }) => path);
const sorted = (...given: string[]) => {
  const { arrays, name, pictures } = droppedThings(files(...given));
  return { arrays: paths(arrays), pictures: paths(pictures), name };
};

it('takes files of arrays one by one', () => {
  expect(sorted('w.safetensors', 'X.NPZ', 't10k-labels-idx1-ubyte')).toEqual({
    arrays: ['w.safetensors', 'X.NPZ', 't10k-labels-idx1-ubyte'],
    pictures: [],
    name: 'pictures',
  });
});

it('takes a folder of pictures as one set, called as it is', () => {
  expect(sorted('pets/cat/1.png', 'pets/cat/notes.txt', 'pets/dog/2.JPG')).toEqual({
    arrays: [],
    pictures: ['cat/1.png', 'cat/notes.txt', 'dog/2.JPG'],
    name: 'pets',
  });
});

it('takes one picture, or loose ones', () => {
  expect(sorted('cat.webp')).toEqual({ arrays: [], pictures: ['cat.webp'], name: 'cat.webp' });
  expect(sorted('a.png', 'b.png')).toMatchObject({ pictures: ['a.png', 'b.png'], name: 'pictures' });
});

it('takes a single other file for arrays, and leaves notes beside arrays out', () => {
  expect(sorted('weights')).toEqual({ arrays: ['weights'], pictures: [], name: 'weights' });
  expect(sorted('run/ema.safetensors', 'run/config.json')).toEqual({
    arrays: ['ema.safetensors'],
    pictures: [],
    name: 'run',
  });
  expect(sorted('notes/a.txt', 'notes/b.txt')).toMatchObject({ arrays: [], pictures: ['a.txt', 'b.txt'] });
});

it('knows a root only where all files lie in it', () => {
  expect(withinRoot(files('a/x', 'b/y')).name).toBe('');
  expect(withinRoot(files('a/x', 'a/b/y'))).toMatchObject({ name: 'a', files: [{ path: 'x' }, { path: 'b/y' }] });
  expect(withinRoot([])).toEqual({ name: '', files: [] });
});
