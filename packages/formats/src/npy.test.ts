// Reference: files written by NumPy 1.24 (fixtures/make.py), and the header layout of NumPy's NEP 1.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from './half';
import type { NdArray } from './ndarray';
import { readNpy, writeNpy } from './npy';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const count = (n: number, start = 0) => Array.from({ length: n }, (_, i) => i + start);
const numbers = (array: NdArray) => Array.from(array.data as ArrayLike<number | bigint>, Number);

describe('reading what NumPy wrote', () => {
  it.each([
    ['u1', 'U8'],
    ['u2', 'U16'],
    ['u4', 'U32'],
    ['u8', 'U64'],
    ['i1', 'I8'],
    ['i2', 'I16'],
    ['i4', 'I32'],
    ['i8', 'I64'],
    ['f4', 'F32'],
    ['f8', 'F64'],
  ])('%s', (code, dtype) => {
    const array = readNpy(fixture(`${code}.npy`));
    expect([array.dtype, array.shape]).toEqual([dtype, [2, 3]]);
    expect(numbers(array)).toEqual(count(6, code.startsWith('u') ? 0 : -3));
  });

  it('f2 as raw bits', () => {
    const array = readNpy(fixture('f2.npy'));
    expect(array.dtype).toBe('F16');
    expect([...toFloat32(array)]).toEqual([-3, -2, -1, 0, 1, 2]);
  });

  it('b1', () => {
    const array = readNpy(fixture('b1.npy'));
    expect(array).toEqual({ dtype: 'BOOL', shape: [2, 3], data: Uint8Array.of(1, 0, 1, 0, 0, 1) });
  });

  it('big endian', () => {
    expect(numbers(readNpy(fixture('big-endian-f4.npy')))).toEqual([-3, -2, -1, 0, 1, 2]);
  });

  it('Fortran order, as C order', () => {
    const bytes = fixture('fortran-i2.npy');
    expect(new TextDecoder('latin1').decode(bytes)).toContain("'fortran_order': True");
    const array = readNpy(bytes);
    expect(array.shape).toEqual([2, 3, 4]);
    expect(numbers(array)).toEqual(count(24, -12));
  });

  it('scalars, vectors and empty arrays', () => {
    expect(readNpy(fixture('scalar-f8.npy'))).toEqual({ dtype: 'F64', shape: [], data: Float64Array.of(2.5) });
    expect(numbers(readNpy(fixture('vector-f4.npy')))).toEqual([-2, -1, 0, 1, 2]);
    expect(readNpy(fixture('empty-f4.npy'))).toEqual({ dtype: 'F32', shape: [0, 3], data: new Float32Array(0) });
  });

  it.each([2, 3])('format version %i', (version) => {
    const bytes = fixture(`version-${version}-i4.npy`);
    expect(bytes[6]).toBe(version);
    expect(numbers(readNpy(bytes))).toEqual(count(6, -3));
  });
});

describe('writing', () => {
  it.each([
    'u1',
    'u2',
    'u4',
    'u8',
    'i1',
    'i2',
    'i4',
    'i8',
    'f2',
    'f4',
    'f8',
    'b1',
    'scalar-f8',
    'vector-f4',
    'empty-f4',
  ])('%s gives the bytes NumPy wrote', (name) => {
    const bytes = fixture(`${name}.npy`);
    const written = writeNpy(readNpy(bytes));
    // Later NumPy versions leave more room for a growing first axis; header text and data are what must agree.
    const text = (file: Uint8Array) => new TextDecoder('latin1').decode(file.subarray(10)).replace(/ +\n/, '\n');
    expect(text(written)).toBe(text(bytes));
    expect(written.indexOf(0x0a, 10) % 64).toBe(63);
  });

  it('refuses bfloat16 and arrays that do not fit together', () => {
    expect(() => writeNpy({ dtype: 'BF16', shape: [1], data: new Uint16Array(1) })).toThrow('npy cannot hold BF16');
    expect(() => writeNpy({ dtype: 'F32', shape: [2], data: new Float32Array(1) })).toThrow(
      'shape [2] has 2 elements, but the data has 1',
    );
  });
});

describe('broken files', () => {
  const whole = fixture('f4.npy');
  const withHeader = (from: string, to: string) => {
    const text = new TextDecoder('latin1').decode(whole).replace(from, to);
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  };

  it.each([
    ['no magic', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 'x.npy: not an npy file: no NUMPY magic'],
    [
      'truncated data',
      whole.subarray(0, whole.length - 1),
      'x.npy: truncated: npy shape (2,3) of F32 takes 24 bytes, found 23',
    ],
    ['truncated header', whole.subarray(0, 40), 'x.npy: truncated npy header'],
    ['trailing bytes', Uint8Array.of(...whole, 0), 'x.npy: trailing bytes'],
    ['unknown dtype', withHeader('<f4', '<c8'), "x.npy: npy dtype '<c8' is not supported, expected one of f8 f4"],
    [
      'missing field',
      withHeader('fortran_order', 'fortran_mode '),
      "x.npy: npy header has no readable 'fortran_order'",
    ],
    ['a key twice', withHeader("'shape'", "'descr'"), 'x.npy: npy header is not a dictionary of distinct keys'],
    ['text behind the dictionary', withHeader('}', '}}'), 'x.npy: npy header is not a dictionary'],
    ['no dictionary', withHeader('{', '['), 'x.npy: npy header is not a dictionary'],
    ['extents without a comma', withHeader('(2, 3)', '(2 3,)'), "x.npy: npy header has no readable 'shape'"],
    ['a number in brackets', withHeader('(2, 3)', '(6)   '), "x.npy: npy header has no readable 'shape'"],
    ['nothing but a comma', withHeader('(2, 3)', '(,)   '), "x.npy: npy header has no readable 'shape'"],
    ['an empty extent', withHeader('(2, 3)', '(2,,3)'), "x.npy: npy header has no readable 'shape'"],
    ['a negative extent', withHeader('(2, 3)', '(-2,-3)'), "x.npy: npy header has no readable 'shape'"],
    ['extents whose product overflows', withHeader('(2, 3), }       ', '(99999999,99999999), }'), 'is too large'],
    ['records', withHeader("'<f4'", "[('a','<f4')]"), "x.npy: npy dtype [('a','<f4')] is not supported"],
    ['control characters', withHeader('False', '\x1b[1m'), 'x.npy: npy header is not a dictionary of distinct keys: '],
    [
      'a header longer than any',
      Uint8Array.of(...whole.subarray(0, 6), 2, 0, 1, 0, 1, 0, ...new Uint8Array(70_000)),
      'x.npy: npy header of 65537 bytes, expected at most 65536',
    ],
    [
      'unknown version',
      Uint8Array.from(whole, (byte, i) => (i === 6 ? 9 : byte)),
      'x.npy: npy format version 9.0 is not known',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readNpy(bytes, { name: 'x.npy' })).toThrow(message);
  });
});
