// References: values by hand.
import { describe, expect, it } from 'vitest';
import { drowning, percent, power, scale, signed } from './words';

describe('numbers in words', () => {
  it.each([
    [0.8324, '83.2 %'],
    [1, '100.0 %'],
    [0, '0.0 %'],
    [0.99937, '99.937 %'],
    [0.0012, '0.12 %'],
    [-0.031, '−3.1 %'],
    [1 - 1e-9, '100.0000 %'],
  ])('%d is %s', (share, text) => expect(percent(share)).toBe(text));

  it('have signs and few digits', () => {
    expect([signed(1.234), signed(-0.5), signed(0)]).toEqual(['+1.23', '−0.50', '+0.00']);
    expect([scale(0.0625), scale(0.103_083), scale(1)]).toEqual(['0.0625', '0.103', '1']);
  });

  it('are powers of ten where they are', () => {
    expect([1e-5, 1e-3, 0.01, 1, 100, 1e4, 1e12, 2e-5].map(power)).toEqual([
      '10⁻⁵',
      '10⁻³',
      '0.01',
      '1',
      '100',
      '10⁴',
      '10¹²',
      '2.00e−5',
    ]);
  });

  it('say what drowns', () => {
    expect(drowning(64, 3.2)).toBe('details finer than 3.2 pixels drown, 5.0 % of the width');
    expect(drowning(1024, 116.9)).toBe('details finer than 117 pixels drown, 11.4 % of the width');
    expect(drowning(64, 0)).toBe('nothing drowns');
    expect(drowning(64, undefined)).toBe('everything drowns');
  });
});
