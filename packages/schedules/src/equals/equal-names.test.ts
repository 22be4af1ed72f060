// Reference: the names themselves. A spec is read again and its curve compared everywhere; what other papers write is
// computed from their formulas with the numbers in the name.
import { describe, expect, it } from 'vitest';
import { equalNames, parseSchedule, rectifiedFlow, type Schedule, shift, simpleLinear } from '../index';

const BASES = [
  'simple_linear',
  'simple_linear@0.001',
  'cosine',
  'cosine@0,1,1',
  'cosine@0.2,1,1',
  'cosine@0.1,0.4,1,0',
  'cosine@0.2,1,0.5',
  'cosine@0.2,1,3',
  'cosine@1,0.25,1',
  'sigmoid@-3,3,0.9',
  'sigmoid@3,-3,0.9',
  'sigmoid@0,3,0.3',
  'sigmoid@0,3,1.1,0',
  'sigmoid@2,-1,1,1e-5',
  'sigmoid@-40,40,1',
  'log@1,100,false',
  'log@1,100,true',
  'log@5,2,false,1e-6',
  'shifted_cosine@64,256',
  'shifted_cosine@32,64,-10,12',
  'interpolated_cosine@32,256,512',
  'interpolated_cosine@64,64,256',
  'normal@2.4,2.4',
  'normal@0,2,1e-6',
  'laplace@0,0.5',
  'rectified_flow',
  'rectified_flow@0',
  'linear_beta@0.1,20',
];
const SCALES = [1, 0.1, 0.5, 0.6, 1 / 3, 2, 5];

const TIMES = [0, 1e-12, 1e-6, ...Array.from({ length: 101 }, (_, i) => i / 100), 1 - 1e-6, 1 - 1e-12];

const named = (spec: string): string[] => equalNames(parseSchedule(spec)).map(({ name }) => name);

/** The largest difference of logSNR; infinities have to be equal. */
function difference(a: Schedule, b: Schedule): number {
  return Math.max(...TIMES.map((t) => (a.logSnr(t) === b.logSnr(t) ? 0 : Math.abs(a.logSnr(t) - b.logSnr(t)))));
}

describe.each(BASES)('%s', (base) => {
  it.each(SCALES)('b = %f: every spec among the names is the same curve', (b) => {
    const schedule = shift(parseSchedule(base), b);
    const names = equalNames(schedule);
    for (const { name, isSpec } of names) {
      expect(name).not.toBe(schedule.spec);
      if (isSpec) expect([name, difference(parseSchedule(name), schedule) < 1e-9]).toEqual([name, true]);
      else expect(() => parseSchedule(name)).toThrow();
    }
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
    if (b !== 1) expect(names.some(({ name }) => name.includes('~shift@'))).toBe(true);
  });
});

describe('names', () => {
  it.each([
    ['simple_linear', []],
    [
      'simple_linear~0.5',
      ["a shift of time: simple_linear at t' = s t / (1 + (s - 1) t), s = 4", 'simple_linear~shift@2'],
    ],
    [
      'cosine@0,1,1~0.5',
      [
        "simple diffusion's shifted cosine without logSNR limits: noise of 64 px, images of 128 px",
        'cosine@1,0,1~0.5',
        'cosine@0,1,1~shift@2',
      ],
    ],
    ['cosine@0.2,1,1', ["Improved DDPM's cosine with offset s = 0.25", 'cosine@0.8,0,1']],
    ['shifted_cosine@64,128', ['shifted_cosine@64,64~0.5']],
    ['sigmoid@3,-3,0.9', ['sigmoid@-3,3,0.9', 'sigmoid@3.333333333333333,-3.333333333333333,1']],
    [
      'normal@2.4,2.4',
      ["EDM's ln sigma ~ N(-1.2, 1.2^2)", "SD3's logit-normal t on a rectified flow, m = -1.2, s = 1.2"],
    ],
    ['normal@0,2', ["EDM's ln sigma ~ N(0, 1^2)", "SD3's logit-normal t on a rectified flow, m = 0, s = 1"]],
    [
      'rectified_flow~shift@4',
      [
        "SD3's resolution shift: rectified_flow at t' = s t / (1 + (s - 1) t), s = 4",
        "Flux's shift, mu = 1.38629",
        'rectified_flow~shift@4',
      ],
    ],
    ['linear_beta@0.1,20', ['the VP SDE with beta from 0.1 to 20']],
    ['laplace@0,0.5', []],
    ['log@1,100,true', ['log@100,1,false', 'log@1,0.01,false']],
  ])('%s', (spec, expected) => {
    expect(named(spec)).toEqual(expected);
  });

  it('a scaled sigmoid is a moved window, and a window that is not symmetric is a scaled one', () => {
    const [moved] = named('sigmoid@-3,3,0.9~0.5');
    expect(moved).toMatch(/^sigmoid@-?[\d.]+,[\d.]+,0\.9,2\.5\d*e-10$/);
    expect(named('sigmoid@0,3,0.3')[0]).toMatch(/^sigmoid@-1\.5,1\.5,0\.3,[\d.e-]+~0\.1\d+$/);
    // Beyond b = e^(width / 4) no window is left.
    expect(named('sigmoid@-3,3,0.9~5.4').some((name) => /^sigmoid@[^~]*$/.test(name))).toBe(false);
    expect(named('sigmoid@-3,3,0.9~5.2').some((name) => /^sigmoid@[^~]*$/.test(name))).toBe(true);
  });

  it('the offset cosine is simple diffusion with the range of its offsets', () => {
    const [name] = named('cosine~0.5');
    expect(name).toMatch(/^shifted_cosine@64,128,-18\.9\d*,16\.1\d*$/);
    expect(named(name!)).toContain('cosine~0.5');
  });
});

describe("other papers' formulas", () => {
  const inner = TIMES.filter((t) => t > 0.001 && t < 0.999);
  const number = (text: string | undefined, pattern: RegExp): number => Number(pattern.exec(text ?? '')?.[1]);
  const find = (spec: string, part: string): string => named(spec).find((name) => name.includes(part))!;

  it('SD3 and simple_linear: the base at shifted times', () => {
    for (const [base, part] of [
      [rectifiedFlow(), 'SD3'],
      [simpleLinear(), 'a shift of time'],
    ] as const) {
      const s = number(find(`${base.spec}~0.25`, part), /s = ([\d.]+)$/);
      for (const t of inner) {
        const expected = base.logSnr((s * t) / (1 + (s - 1) * t));
        expect(parseSchedule(`${base.spec}~0.25`).logSnr(t)).toBeCloseTo(expected, 9);
      }
    }
  });

  it('Flux: s = e^mu', () => {
    expect(number(find('rectified_flow~0.25', 'Flux'), /mu = ([\d.]+)$/)).toBeCloseTo(Math.log(4), 5);
  });

  it('simple diffusion: -2 ln tan(pi t / 2) + 2 ln(64 / d)', () => {
    const size = number(find('cosine@0,1,1~0.25', 'simple diffusion'), /images of ([\d.]+) px/);
    for (const t of inner) {
      const expected = -2 * Math.log(Math.tan((Math.PI * t) / 2)) + 2 * Math.log(64 / size);
      expect(parseSchedule('cosine@0,1,1~0.25').logSnr(t)).toBeCloseTo(expected, 9);
    }
  });

  it('Improved DDPM: f(t) / f(0), f = cos^2((t + s) / (1 + s) pi / 2)', () => {
    const s = number(find(`cosine@${0.008 / 1.008},1,1`, 'Improved DDPM'), /s = ([\d.]+)$/);
    expect(s).toBe(0.008);
    const f = (t: number) => Math.cos((((t + s) / (1 + s)) * Math.PI) / 2) ** 2;
    for (const t of inner) expect(parseSchedule(`cosine@${s / (1 + s)},1,1`).gamma(t)).toBeCloseTo(f(t) / f(0), 12);
  });

  it('flow matching: (1 - t)^2 over the variance of x_t', () => {
    expect(find('rectified_flow', 'flow matching')).toBe('flow matching along x_t = (1 - t) x_0 + t eps');
    for (const t of inner) {
      expect(parseSchedule('rectified_flow').gamma(t)).toBeCloseTo((1 - t) ** 2 / ((1 - t) ** 2 + t ** 2), 14);
    }
  });
});
