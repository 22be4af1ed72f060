// Reference: the layout of the MNIST files (type code and big-endian extents), bytes assembled by hand here and by
// Python's struct and gzip in fixtures/make.py; gzip of Node's zlib.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readIdx, writeIdx } from './idx';
import type { NdArray } from './ndarray';
import { joined } from './parts';

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

describe('gzip', () => {
  const images: NdArray = {
    dtype: 'U8',
    shape: [5, 100, 100],
    data: Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) % 251),
  };
  const plain = writeIdx(images);
  const read = (bytes: Uint8Array) => readIdx(bytes, { name: 'x.gz' });
  const same = (a: NdArray, b: NdArray) =>
    String(a.shape) === String(b.shape) && Buffer.compare(a.data as Uint8Array, b.data as Uint8Array) === 0;

  it.each([[[]], [[1]], [[3, 10, 15]], [[20_000]], [[20_000, 20_000, 50_015]]])(
    'reads members one behind the other, cut at %j',
    (cuts) => {
      const ends = [...cuts, plain.length];
      const members = ends.map((end, i) => gzipSync(plain.subarray(ends[i - 1] ?? 0, end)));
      expect(same(read(joined(members)), images)).toBe(true);
    },
  );

  it('compressed or stored, in blocks longer than what is unpacked at once', () => {
    const noise = { ...images, data: Uint8Array.from({ length: 50_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24) };
    for (const level of [0, 1, 9]) {
      expect(same(read(gzipSync(writeIdx(noise as NdArray), { level })), noise as NdArray)).toBe(true);
    }
  });

  it('notices a changed byte anywhere in data or trailer, and a cut anywhere', () => {
    const array: NdArray = { dtype: 'U8', shape: [40], data: new Uint8Array(40).map((_, i) => i * i) };
    const small = gzipSync(writeIdx(array));
    // The ten bytes before hold time, flags and operating system, which say nothing of the data.
    for (let at = 10; at < small.length; at++) {
      for (const bit of [1, 8, 128]) {
        const changed = new Uint8Array(small);
        changed[at]! ^= bit;
        // Behind the last code of the data, bits fill the byte and mean nothing.
        if (at === small.length - 9 && bit === 128) expect(same(read(changed), array)).toBe(true);
        else expect(() => read(changed), `byte ${at}`).toThrow(/^x\.gz: /);
      }
      expect(() => read(small.subarray(0, at)), `cut at ${at}`).toThrow(/^x\.gz: /);
    }
  });

  it('checks every member, not just the last', () => {
    const first = new Uint8Array(gzipSync(plain.subarray(0, 100), { level: 0 }));
    first[60]! ^= 1;
    const file = joined([first, gzipSync(plain.subarray(100))]);
    expect(() => read(file)).toThrow('x.gz: damaged or cut off: the gzip data does not match its CRC-32 and length');
  });

  it.each([
    [[0], '1 bytes behind the end of the gzip data'],
    [[1, 2, 3], '3 bytes behind the end of the gzip data'],
    [[0, 0, 0, 0, 0], 'bytes that are no gzip data'],
    [[0x1f, 0x8b, 9, 0, 0, 0], 'bytes that are no gzip data'],
  ])('tells of %j behind it', (rest, message) => {
    expect(() => read(Uint8Array.of(...gzipSync(plain), ...rest))).toThrow(`x.gz: ${message}`);
  });

  it('unpacks no more than the header promises', () => {
    const header = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9);
    const bomb = gzipSync(joined([header, new Uint8Array(5e7)]));
    expect(() => read(bomb)).toThrow(
      /^x\.gz: trailing bytes: IDX shape \[9\] of U8 takes 9 bytes, found at least 1\d{7}$/,
    );
    // All members but the first are beyond it too.
    expect(() => read(joined([gzipSync(joined([header, new Uint8Array(9)])), bomb]))).toThrow('trailing bytes');
  });

  it('takes no memory for what the file cannot hold', () => {
    const promise = gzipSync(Uint8Array.of(0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0, 7));
    expect(() => read(promise)).toThrow('x.gz: truncated: IDX shape [65536,65536] of U8 takes 4294967296 bytes');
    const axes = gzipSync(joined([Uint8Array.of(0, 0, 8, 255), new Uint8Array(1020).fill(255)]));
    expect(() => read(axes)).toThrow('x.gz: IDX shape of 255 axes is too large');
  });

  it('a header without an end is not unpacked for ever', () => {
    const name = new Uint8Array(1 << 20).fill(65);
    expect(() => read(joined([Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3), name]))).toThrow(
      'x.gz: broken compressed data: bytes from which nothing follows',
    );
  });
});

it.each([
  ['truncated', labels.subarray(0, 10), 'x: truncated: IDX shape [3] of U8 takes 3 bytes, found 2'],
  ['trailing', Uint8Array.of(...labels, 0), 'x: trailing bytes: IDX shape [3] of U8 takes 3 bytes, found 4'],
  ['no header', labels.subarray(0, 6), 'x: truncated: 6 bytes, an IDX header takes 4'],
  ['no magic', Uint8Array.of(1, 0, 8, 0), 'x: not an IDX file'],
  ['type code', Uint8Array.of(0, 0, 0x0a, 0), 'x: unknown IDX type code 0x0a, expected one of 0x08 0x09 0x0b'],
])('refuses a broken file: %s', (_, bytes, message) => {
  expect(() => readIdx(bytes, { name: 'x' })).toThrow(message);
});

it('refuses an element type without a code', () => {
  expect(() => writeIdx({ dtype: 'I64', shape: [0], data: new BigInt64Array(0) })).toThrow('IDX cannot hold I64');
});
