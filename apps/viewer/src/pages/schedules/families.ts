import { parseSchedule, readSpec, type Schedule, type SpecParts, scheduleFamilies } from '@noisesmith/schedules';

/** What can be turned at a curve: a value of its spec, or its input scale. */
export interface Parameter {
  readonly name: string;
  /** Place among the values of the spec; undefined: the input scale. */
  readonly index?: number;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Values are multiples of it; a parameter without one goes by ratios and keeps three digits. */
  readonly step?: number;
  /** Where the handle that turns it sits at first: on which chart, and at which time. */
  readonly handle?: { readonly chart: 'gamma' | 'logSnr'; readonly t: number };
}

type Shape = Omit<Parameter, 'name' | 'index'>;

const gamma = (t: number) => ({ chart: 'gamma', t }) as const;
const logSnr = (t: number) => ({ chart: 'logSnr', t }) as const;
const side = (label: string, t?: number): Shape => ({
  label,
  min: 8,
  max: 2048,
  ...(t === undefined ? {} : { handle: logSnr(t) }),
});

const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  cosine: {
    start: { label: 'start', min: 0, max: 0.95, step: 0.01, handle: gamma(0.2) },
    end: { label: 'end', min: 0.05, max: 1, step: 0.01, handle: gamma(0.8) },
    tau: { label: 'τ', min: 0.1, max: 10, handle: gamma(0.5) },
  },
  sigmoid: {
    start: { label: 'start', min: -8, max: 8, step: 0.05, handle: gamma(0.2) },
    end: { label: 'end', min: -8, max: 8, step: 0.05, handle: gamma(0.85) },
    // At t = 1/2 a symmetric sigmoid stays where it is, whatever tau.
    tau: { label: 'τ', min: 0.05, max: 10, handle: gamma(0.6) },
  },
  log: {
    start: { label: 'start', min: 0.01, max: 100, handle: gamma(0.3) },
    end: { label: 'end', min: 0.01, max: 1000, handle: gamma(0.7) },
  },
  shifted_cosine: { noiseSize: side('noise of size', 0.35), imageSize: side('images of size') },
  interpolated_cosine: {
    noiseSizeLow: side('noise of size at t = 1', 0.8),
    noiseSizeHigh: side('noise of size at t = 0', 0.2),
    imageSize: side('images of size'),
  },
  normal: {
    mean: { label: 'mean', min: -8, max: 8, step: 0.05, handle: logSnr(0.65) },
    std: { label: 'std', min: 0.1, max: 6, step: 0.05, handle: logSnr(0.15) },
  },
  laplace: {
    mean: { label: 'mean', min: -8, max: 8, step: 0.05, handle: logSnr(0.65) },
    scale: { label: 'scale', min: 0.05, max: 4, step: 0.05, handle: logSnr(0.1) },
  },
  linear_beta: {
    start: { label: 'β at t = 0', min: 0, max: 20, step: 0.1, handle: gamma(0.2) },
    end: { label: 'β at t = 1', min: 0.5, max: 60, step: 0.5, handle: gamma(0.55) },
  },
};

const inputScale: Parameter = { name: 'scale', label: 'input scale b', min: 0.05, max: 5, handle: logSnr(0.3) };

/** What can be turned at a curve: the values that its family needs, and the input scale last. */
export function parametersOf(spec: string): readonly Parameter[] {
  const { family, values } = readSpec(spec);
  const names = scheduleFamilies.find(({ name, usage }) => name === family && usage !== family)?.required ?? [];
  const own = names.flatMap((name, index): Parameter[] => {
    const shape = SHAPES[family]?.[name];
    return shape && values.length > 0 ? [{ name, index, ...shape }] : [];
  });
  return [...own, inputScale];
}

export const valueIn = (spec: string, { index }: Parameter): number => {
  const { values, inputScale: scale } = readSpec(spec);
  return index === undefined ? scale : values[index]!;
};

/** @returns undefined for values that the family refuses */
function scheduleOf({ family, values, inputScale: scale }: SpecParts): Schedule | undefined {
  const given = values.filter((value) => value !== undefined);
  try {
    return parseSchedule(`${given.length === 0 ? family : `${family}@${given.join(',')}`}~${scale}`);
  } catch {
    return undefined;
  }
}

/** The curve with another value. @returns undefined for a value that the family refuses */
export function withValue(spec: string, { index }: Parameter, value: number): Schedule | undefined {
  const parts = readSpec(spec);
  if (index === undefined) return scheduleOf({ ...parts, inputScale: value });
  return scheduleOf({ ...parts, values: parts.values.with(index, value) });
}

const clamp = ({ min, max }: Parameter, value: number): number => Math.min(max, Math.max(min, value));

/** A value as it is written into a spec. */
export const rounded = (parameter: Parameter, value: number): number => {
  const { step } = parameter;
  const near = step === undefined ? value : Math.round(value / step) * step;
  return clamp(parameter, Number(near.toPrecision(step === undefined ? 3 : 12)));
};

/** The value some steps further, as arrow keys go. */
export const stepped = (parameter: Parameter, value: number, steps: number): number =>
  rounded(parameter, parameter.step === undefined ? value * 1.02 ** steps : value + steps * parameter.step);
