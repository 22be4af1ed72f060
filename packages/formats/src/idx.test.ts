// Reference: the layout of the MNIST files (type code and big-endian extents), bytes assembled by hand here and by
// Python's struct and gzip in fixtures/make.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readIdx, writeIdx } from './idx';
import type { NdArray } from './ndarray';

const labels = Uint8Array.of(0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 9);

const samples: [string, number, number[], NdArray][] = [
  ['U8', 0x08, [255, 1], { dtype: 'U8', shape: [2], data: Uint8Array.of(255, 1) }],
  ['I8', 0x09, [255, 1], { dtype: 'I8', shape: [2], data: Int8Array.of(-1, 1) }],
  ['I16', 0x0b, [255, 254, 1, 0], { dtype: 'I16', shape: [2], data: Int16Array.of(-2, 256) }],
  ['I32', 0x0c, [0, 1, 0, 0, 255, 255, 255, 255], { dtype: 'I32', shape: [2], data: Int32Array.of(65536, -1) }],
  ['F32', 0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) }],
  [
    'F64',
    0x0e,
    [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0],
    { dtype: 'F64', shape: [2], data: Float64Array.of(1, -2) },
  ],
];

describe.each(samples)('%s', (_, code, elements, array) => {
  const file = Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...elements);
  it('reads', () => expect(readIdx(file)).toEqual(array));
  it('writes', () => expect(writeIdx(array)).toEqual(file));
});

it('recognises gzip', () => {
  const bytes = readFileSync(new URL('../fixtures/images-idx3-ubyte.gz', import.meta.url));
  expect(readIdx(bytes)).toEqual({ dtype: 'U8', shape: [2, 3, 4], data: Uint8Array.from({ length: 24 }, (_, i) => i) });
  expect(() => readIdx(bytes.subarray(0, 30), { name: 'x.gz' })).toThrow('x.gz: ');
});

it.each([
  ['truncated', labels.subarray(0, 10), 'x: truncated: IDX shape [3] of U8 takes 3 bytes, found 2'],
  ['trailing', Uint8Array.of(...labels, 0), 'x: trailing bytes: IDX shape [3] of U8 takes 3 bytes, found 4'],
  ['no header', labels.subarray(0, 6), 'x: truncated: 6 bytes, the IDX header takes 8'],
  ['no magic', Uint8Array.of(1, 0, 8, 0), 'x: not an IDX file'],
  ['type code', Uint8Array.of(0, 0, 0x0a, 0), 'x: unknown IDX type code 0x0a, expected one of 0x08 0x09 0x0b'],
])('refuses a broken file: %s', (_, bytes, message) => {
  expect(() => readIdx(bytes, { name: 'x' })).toThrow(message);
});

it('refuses an element type without a code', () => {
  expect(() => writeIdx({ dtype: 'I64', shape: [0], data: new BigInt64Array(0) })).toThrow('IDX cannot hold I64');
});
