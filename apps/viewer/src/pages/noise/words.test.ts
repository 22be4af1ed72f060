// References: values by hand.
import { describe, expect, it } from 'vitest';
import { drowning, percent, scale, signed } from './words';

describe('numbers in words', () => {
  it.each([
    [0.8324, '83.2 %'],
    [1, '100.0 %'],
    [0, '0.0 %'],
    [0.99937, '99.94 %'],
    [0.0012, '0.12 %'],
    [-0.031, '−3.1 %'],
    [1 - 1e-9, '100.0000 %'],
  ])('%d is %s', (share, text) => expect(percent(share)).toBe(text));

  it('have signs and few digits', () => {
    expect([signed(1.234), signed(-0.5), signed(0)]).toEqual(['+1.23', '−0.50', '+0.00']);
    expect([scale(0.0625), scale(0.103_083), scale(1)]).toEqual(['0.0625', '0.103', '1']);
  });

  it('say what drowns', () => {
    expect(drowning(3.14)).toBe('details finer than 3.1 pixels drown');
    expect(drowning(116.9)).toBe('details finer than 117 pixels drown');
    expect(drowning(0)).toBe('nothing drowns');
    expect(drowning(undefined)).toBe('everything drowns');
  });
});
