// References: the known-answer vectors of Random123 (Salmon et al. 2011) for threefry2x32 with 20 rounds; the normal
// distribution function through erf for the quantiles.
import { describe, expect, it } from 'vitest';
import { erf } from '../ir/erf';
import { inverseNormal } from './inverse-normal';
import { deriveKey, threefry2x32, uniformFromBits } from './threefry';

describe('threefry2x32', () => {
  it('gives the published words', () => {
    expect(threefry2x32([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    expect(threefry2x32([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
  });

  it('derives different keys for every seed, purpose, step and example', () => {
    const keys = new Set<string>();
    for (const seed of [0, 1, 2 ** 33])
      for (const purpose of [0, 1])
        for (const step of [0, 1]) for (const i of [0, 1]) keys.add(String(deriveKey(seed, purpose, step, i)));
    expect(keys.size).toBe(24);
  });
});

describe('uniformFromBits', () => {
  it('stays inside (0, 1) and is exact in f32', () => {
    for (const bits of [0, 1, 0x7fffffff, 0xffffffff]) {
      const u = uniformFromBits(bits);
      expect(u).toBeGreaterThan(0);
      expect(u).toBeLessThan(1);
      expect(Math.fround(u)).toBe(u);
    }
  });
});

describe('inverseNormal', () => {
  it('inverts the distribution function to seven digits', () => {
    for (let i = 1; i < 400; i++) {
      const p = i / 400;
      const back = 0.5 * (1 + erf(inverseNormal(p) / Math.SQRT2));
      expect(Math.abs(back - p)).toBeLessThan(1e-7);
    }
  });
  it('reaches the tails', () => {
    // Φ(−5.2) = 9.9644e-8 (tables of the normal distribution).
    expect(inverseNormal(9.9644e-8)).toBeCloseTo(-5.2, 4);
    expect(inverseNormal(1 - 2 ** -24)).toBeCloseTo(5.2947, 3);
  });
});
