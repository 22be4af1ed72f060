// The definitions themselves, at their edges.
import { expect, it } from 'vitest';
import { byteSize, counted, groupedNumber } from './sizes';

it('writes numbers for people', () => {
  expect([0, 1023, 1024, 1.5 * 2 ** 20, 3 * 2 ** 40, 5 * 2 ** 50].map(byteSize)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 MiB',
    '3.0 TiB',
    '5120.0 TiB',
  ]);
  expect(groupedNumber(1234567)).toBe('1,234,567');
  expect([counted(1, 'class', 'classes'), counted(0, 'class', 'classes'), counted(2000, 'picture')]).toEqual([
    '1 class',
    '0 classes',
    '2,000 pictures',
  ]);
});
