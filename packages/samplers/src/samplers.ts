import { ddim } from './ddim';
import { ddpm } from './ddpm';
import type { Sampler } from './sampler';

interface Named {
  /** What a spec begins with. */
  readonly name: string;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly description: string;
}

/** A sampler whose specs may have a number after their `@`. */
export interface NumberFamily extends Named {
  readonly kind: 'number';
  readonly parameter: {
    readonly name: string;
    /** Both ends are possible. */
    readonly range: readonly [least: number, greatest: number];
    /** What a spec without it means. */
    readonly default: number;
  };
  build(value: number): Sampler;
}

/** A sampler whose specs may have one of a few words after their `@`. */
export interface ChoiceFamily extends Named {
  readonly kind: 'choice';
  readonly parameter: {
    readonly name: string;
    readonly values: readonly string[];
    /** What a spec without it means. */
    readonly default: string;
  };
  build(value: string): Sampler;
}

/** A kind of sampler: how its specs are spelled, and what they stand for. */
export type SamplerFamily = NumberFamily | ChoiceFamily;

/** Every sampler there is: what {@link parseSampler} reads, and what help texts and pages offer. */
export const samplers: readonly SamplerFamily[] = [
  {
    kind: 'number',
    name: 'ddim',
    title: 'DDIM',
    description:
      'Keeps the noise it estimates, so that a seed always leads the same way; eta above 0 renews part of it.',
    parameter: { name: 'eta', range: [0, 1], default: 0 },
    build: ddim,
  },
  {
    kind: 'choice',
    name: 'ddpm',
    title: 'DDPM',
    description: 'Ancestral sampling: every step adds fresh noise, of the large variance or of the small one.',
    parameter: { name: 'variance', values: ['large', 'small'], default: 'large' },
    build: (variance) => ddpm(variance === 'small' ? variance : 'large'),
  },
];

/** The shapes of a family's specs, such as `ddim` and `ddim@eta`. */
export const samplerUsage = (family: SamplerFamily): readonly string[] => [
  family.name,
  ...(family.kind === 'number' ? [family.parameter.name] : family.parameter.values).map(
    (value) => `${family.name}@${value}`,
  ),
];

/** The shapes of all specs, for help texts. */
export const samplerSpecUsage: readonly string[] = samplers.flatMap(samplerUsage);
