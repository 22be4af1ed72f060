// Reference: archives written by NumPy 1.24 savez and savez_compressed (fixtures/make.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NdArray } from './ndarray';
import { readNpz, writeNpz } from './npz';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const images: NdArray = { dtype: 'U8', shape: [2, 2, 2, 3], data: Uint8Array.from({ length: 24 }, (_, i) => i) };

describe('reading what NumPy wrote', () => {
  it('stored, with keys', () => {
    const arrays = readNpz(fixture('stored.npz'));
    expect([...arrays.keys()]).toEqual(['images', 'labels']);
    expect(arrays.get('images')).toEqual(images);
    expect(arrays.get('labels')).toEqual({ dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 0n) });
  });

  it('deflated, positional', () => {
    const arrays = readNpz(fixture('deflated.npz'));
    expect(arrays.get('arr_0')).toEqual(images);
    expect(arrays.get('arr_1')).toEqual({ dtype: 'I32', shape: [2], data: Int32Array.of(-1, 0) });
  });

  it('only the arrays asked for', () => {
    expect([...readNpz(fixture('stored.npz'), { only: ['labels'] }).keys()]).toEqual(['labels']);
    expect(() => readNpz(fixture('stored.npz'), { name: 'x.npz', only: ['mu'] })).toThrow(
      'x.npz: no array "mu" in this npz archive',
    );
  });
});

describe('writing', () => {
  it.each([false, true])('round trip, compress %s, always the same bytes', (compress) => {
    const arrays = new Map([['arr_0', images]]);
    const written = writeNpz(arrays, { compress });
    expect(readNpz(written)).toEqual(arrays);
    expect(writeNpz(arrays, { compress })).toEqual(written);
  });

  it('names the array it cannot hold', () => {
    expect(() => writeNpz({ w: { dtype: 'BF16', shape: [0], data: new Uint16Array(0) } })).toThrow(
      'array "w": npy cannot hold BF16',
    );
  });
});

it('names the file and the broken member', () => {
  const whole = fixture('stored.npz');
  expect(() => readNpz(whole.subarray(0, 100), { name: 'x.npz' })).toThrow('x.npz: not a readable npz archive');
  const spoiled = whole.slice();
  const magic = new TextDecoder('latin1').decode(spoiled).indexOf('NUMPY');
  spoiled[magic] = 0;
  expect(() => readNpz(spoiled, { name: 'x.npz' })).toThrow('x.npz: images.npy: not an npy file');
});
