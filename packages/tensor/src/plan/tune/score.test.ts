// Reference: sums worked out by hand, with compile time spread over the 2000 runs that kernel forms assume.
import { describe, expect, it } from 'vitest';
import { bestOf, siteCost } from './score';

const costs = new Map([
  ['main', { milliseconds: 3, compileMilliseconds: 4000 }],
  ['combine', { milliseconds: 1, compileMilliseconds: 2000 }],
  ['other main', { milliseconds: 5, compileMilliseconds: 1000 }],
]);

describe('siteCost', () => {
  it('adds up the kernels of a site and a 2000th of their compile time', () => {
    expect(siteCost([['main', 'combine']], costs)).toBeCloseTo(3 + 1 + 2 + 1, 12);
  });
  it('counts the compile time of a kernel that sites share once', () => {
    expect(siteCost([['main'], ['main'], ['main']], costs)).toBeCloseTo(3 + 2 / 3, 12);
  });
  it('is a mean over sites', () => {
    expect(siteCost([['main'], ['other main']], costs)).toBeCloseTo((3 + 2 + 5 + 0.5) / 2, 12);
  });
  it('knows nothing of a kernel that was not timed, nor of no site', () => {
    expect(siteCost([['main', 'untimed']], costs)).toBeUndefined();
    expect(siteCost([], costs)).toBeUndefined();
  });
});

describe('bestOf', () => {
  const names = ['ruled', 'b', 'c'];
  it.each([
    ['the cheapest', { ruled: 10, b: 8, c: 7 }, 'c'],
    ['the rule where none is cheaper', { ruled: 10, b: 11, c: 12 }, 'ruled'],
    ['the rule where another is cheaper by less than a twentieth', { ruled: 10, b: 9.6, c: 12 }, 'ruled'],
    ['another by more than a twentieth', { ruled: 10, b: 9.4, c: 12 }, 'b'],
    ['the first of equals', { ruled: 10, b: 7, c: 7 }, 'b'],
    ['the best of those measured', { ruled: 10, c: 8 }, 'c'],
    ['the rule where it was not measured', { b: 1 }, 'ruled'],
    ['the rule where nothing was measured', {}, 'ruled'],
  ])('takes %s', (_, measured, name) => {
    expect(bestOf(names, new Map(Object.entries(measured)))).toBe(name);
  });
});
