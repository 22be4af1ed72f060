/** What is asked for: seeds, classes, and the settings that are compared. */
import type { ModelFacts, SamplerOption, SamplingSettings } from './protocol';

const MOST_SEEDS = 64;
export const MOST_STEPS = 1000;

/**
 * Reads `0-9` and `1,5,8-11`.
 * @throws RangeError, one line
 */
export function parseSeeds(text: string): number[] {
  const seeds: number[] = [];
  for (const part of text.split(',')) {
    const [, start, end = start] = /^\s*(\d{1,15})(?:\s*-\s*(\d{1,15}))?\s*$/.exec(part) ?? [];
    if (start === undefined) throw new RangeError(`“${part.trim()}” is no seed; expected e.g. 0-9 or 1,5,8-11`);
    const [first, last] = [Number(start), Number(end)];
    if (last < first) throw new RangeError(`“${part.trim()}” runs backwards; expected first-last, e.g. 0-9`);
    if (seeds.length + last - first >= MOST_SEEDS) {
      throw new RangeError(`more than ${MOST_SEEDS} seeds; expected at most ${MOST_SEEDS}`);
    }
    for (let seed = first; seed <= last; seed++) seeds.push(seed);
  }
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new RangeError(`${twice} stands there twice; the same seed gives the same sample`);
  return seeds;
}

/** `all`: in turn, seed s has class s mod their number, as in `noisesmith sample`; `none`; or the number of one. */
export type ClassChoice = string;

/** The label of each seed; null for none. A choice that the network does not have counts as `all`. */
export function labelsOf(seeds: readonly number[], choice: ClassChoice, classes: number): (number | null)[] {
  const label = /^\d+$/.test(choice) ? Number(choice) : undefined;
  return seeds.map((seed) => {
    if (classes === 0 || choice === 'none') return null;
    return label !== undefined && label < classes ? label : seed % classes;
  });
}

export const modes = ['one', 'two', 'steps'] as const;
/** One setting, two of them, or one with several numbers of steps. */
export type Mode = (typeof modes)[number];

const stepCounts: readonly number[] = [4, 8, 16, 32];

export interface PlannedColumn {
  readonly name: string;
  readonly settings: SamplingSettings;
}

/** The settings that a mode draws each seed with. */
export function plannedColumns(mode: Mode, a: SamplingSettings, b: SamplingSettings): PlannedColumn[] {
  if (mode === 'one') return [{ name: describe(a), settings: a }];
  if (mode === 'two') {
    return [
      { name: 'A', settings: a },
      { name: 'B', settings: b },
    ];
  }
  return stepCounts.map((steps) => ({ name: `${steps} steps`, settings: { ...a, steps } }));
}

const describe = ({ guidance, sampler, schedule, steps }: SamplingSettings): string =>
  `${sampler}, ${schedule}, ${steps} steps${guidance === 0 ? '' : `, guidance ${guidance}`}`;

/** What does not apply to a network, in one line; undefined where all does. */
export function limitsOf({ classes, guided }: ModelFacts): string | undefined {
  if (classes.length === 0)
    return 'This network has no classes, so there is no class to choose and nothing to guide by.';
  if (guided) return undefined;
  return 'This network always saw its labels in training; what guidance moves away from is not a thing it has learned.';
}

/** Settings as they were chosen; what is not is as the network's run has it. */
export type ChosenSettings = { readonly [K in keyof SamplingSettings]?: SamplingSettings[K] | undefined };

/** What was chosen, or else `usual`. An empty spec is none. */
export const settled = (chosen: ChosenSettings, usual: SamplingSettings): SamplingSettings => ({
  sampler: chosen.sampler || usual.sampler,
  schedule: chosen.schedule || usual.schedule,
  steps: chosen.steps ?? usual.steps,
  guidance: chosen.guidance ?? usual.guidance,
});

/** What B is before anything is chosen: A's usual settings without guidance, or with another sampler. */
export function usualOther({ sampling }: ModelFacts, samplers: readonly SamplerOption[]): SamplingSettings {
  if (sampling.guidance !== 0) return { ...sampling, guidance: 0 };
  const other = samplers.find(({ name }) => name !== sampling.sampler.split('@')[0]);
  return { ...sampling, sampler: other?.name ?? sampling.sampler };
}

/** Settings that a network can be sampled with: without classes there is no guidance. */
export const possible = (settings: SamplingSettings, { classes }: ModelFacts): SamplingSettings =>
  classes.length === 0 ? { ...settings, guidance: 0 } : settings;
