// Reference: the definition of the address's format; the paper's Table 1; noisesmith's own schedules at the drawn points.
import { noiseDensity, parseSchedule } from '@noisesmith/schedules';
import { describe, expect, it } from 'vitest';
import { colorOf, digits, isDashed, readCurves, sampled, shortSpec, titleOf, writeCurves } from './curves';
import { presets, views } from './presets';

describe('curves in the address', () => {
  it('come back as they went', () => {
    const texts = ['simple_linear~0.4', '!cosine@0.2,1,1'];
    expect(readCurves(texts)).toEqual([
      { spec: 'simple_linear~0.4', hidden: false },
      { spec: 'cosine@0.2,1,1', hidden: true },
    ]);
    expect(writeCurves(readCurves(texts))).toEqual(texts);
  });

  it('leave out what is no spec, and are canonical', () => {
    expect(readCurves(['nonsense', '', '! sigmoid@-3.0,3,0.9'])).toEqual([{ spec: 'sigmoid@-3,3,0.9', hidden: true }]);
  });
});

it('the first sixteen curves differ in colour or dash, and neighbours in both', () => {
  const looks = Array.from({ length: 16 }, (_, i) => `${colorOf(i)} ${isDashed(i)}`);
  expect(new Set(looks).size).toBe(16);
  for (let i = 1; i < 8; i++) expect([colorOf(i), isDashed(i)]).not.toEqual([colorOf(i - 1), isDashed(i - 1)]);
});

describe('presets', () => {
  it.each([...presets.map(({ spec }) => spec), ...views.flatMap(({ specs }) => specs)])('%s parses', (spec) => {
    expect(parseSchedule(spec).logSnr(0.5)).toBeTypeOf('number');
  });

  it('are told by their spec, the paper first', () => {
    expect(titleOf('simple_linear~0.4')).toBe('Table 5, 256 px');
    expect(titleOf('cosine@0.2,1,1~0.2')).toBe('Table 1, 512 px');
    expect(titleOf('normal@2.4,2.4')).toBe('EDM');
    expect(titleOf('simple_linear~0.123')).toBeUndefined();
  });
});

it.each([
  [`cosine@${0.008 / 1.008},1,1`, 'cosine@0.007936508,1,1'],
  ['sigmoid@-3,3.25,0.9~0.333333333333', 'sigmoid@-3,3.25,0.9~0.3333333'],
  ['linear_beta@1.23456789012e-9,20', 'linear_beta@1.234568e-9,20'],
  ['normal@-12345678,2', 'normal@-12345678,2'],
])('%s is named %s', (spec, named) => expect(shortSpec(spec)).toBe(named));

it('draws gamma and logSNR where they are', () => {
  const { schedule, gamma, logSnr } = sampled('normal@0,2');
  expect(gamma[80]).toEqual([0.49999999999999994, schedule.gamma(0.49999999999999994)]);
  expect(logSnr.at(-1)).toEqual([1, schedule.logSnr(1)]);
  expect(sampled('normal@0,2')).toBe(sampled('normal@0,2'));
});

it.each([
  ['normal@0,2', -10, 10],
  ['laplace@0,0.5', -8, 8],
  ['simple_linear~0.4', -10, 10],
  ['shifted_cosine@64,256,-3,4', -5.7, 1.2],
] as const)('draws the density of %s from logSNR %f to %f', (spec, low, high) => {
  const { schedule, density } = sampled(spec);
  const levels = density.map(([level]) => level);
  expect(Math.min(...levels)).toBeLessThanOrEqual(low);
  expect(Math.max(...levels)).toBeGreaterThanOrEqual(high);
  expect(levels).toEqual(levels.toSorted((a, b) => b - a));
  const off = density.map(([level, value]) => Math.abs(value - noiseDensity(schedule, level)));
  expect(Math.max(...off)).toBeLessThan(1e-5);
});

it.each([
  [0.1234567891, '0.1234568'],
  [-1e-9, '−1e−9'],
  [Number.POSITIVE_INFINITY, '∞'],
  [undefined, ''],
])('%s is written %s', (value, text) => expect(digits(value)).toBe(text));
