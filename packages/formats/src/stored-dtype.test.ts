// Reference: the tables of largest, smallest and special values in the OCP specifications of 8-bit floats (E4M3, E5M2)
// and of microscaling formats (E8M0), and in Noune et al. 2022 (the forms without -0); widths as the safetensors Python
// package 0.8 accepts them.
import { expect, it } from 'vitest';
import { bitWidth, decodeStored, isStoredDType, type StoredDType } from './stored-dtype';

const decode = (dtype: StoredDType, ...bits: number[]) => [
  ...(decodeStored(dtype, [bits.length], Uint8Array.from(bits))!.data as Float32Array),
];

it.each<[StoredDType, number[], number[]]>([
  ['F8_E4M3', [0x00, 0x01, 0x07, 0x08, 0x38, 0x7e, 0xfe], [0, 2 ** -9, 0.875 * 2 ** -6, 2 ** -6, 1, 448, -448]],
  ['F8_E4M3', [0x7f, 0xff, 0x80], [Number.NaN, Number.NaN, -0]],
  ['F8_E5M2', [0x01, 0x03, 0x04, 0x3c, 0x7b, 0xfb], [2 ** -16, 0.75 * 2 ** -14, 2 ** -14, 1, 57344, -57344]],
  ['F8_E5M2', [0x7c, 0xfc, 0x7d, 0xff, 0x80], [Infinity, -Infinity, Number.NaN, Number.NaN, -0]],
  ['F8_E8M0', [0, 127, 128, 254, 255], [2 ** -127, 1, 2, 2 ** 127, Number.NaN]],
  ['F8_E4M3FNUZ', [0x00, 0x01, 0x08, 0x40, 0x7f, 0xff, 0x80], [0, 2 ** -10, 2 ** -7, 1, 240, -240, Number.NaN]],
  ['F8_E5M2FNUZ', [0x01, 0x04, 0x40, 0x7f, 0x80], [2 ** -17, 2 ** -15, 1, 57344, Number.NaN]],
])('%s', (dtype, bits, values) => expect(decode(dtype, ...bits)).toEqual(values));

it('knows the widths of all types, and which hold no numbers of this language', () => {
  expect(['F64', 'BF16', 'F8_E4M3', 'F6_E2M3', 'F4', 'C64'].map((dtype) => bitWidth(dtype as StoredDType))).toEqual([
    64, 16, 8, 6, 4, 64,
  ]);
  expect(decodeStored('C64', [1], new Uint8Array(8))).toBeUndefined();
  expect(decodeStored('F4', [2], new Uint8Array(1))).toBeUndefined();
  expect(['F8', 'toString', 'f32', 3].some(isStoredDType)).toBe(false);
});
