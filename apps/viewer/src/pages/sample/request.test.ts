// The definitions themselves; labels as `noisesmith sample` gives them (labelOfSeed of @noisesmith/runs).
import { allLabels, drawOf } from '@noisesmith/runs';
import { describe, expect, it } from 'vitest';
import type { ModelFacts } from './protocol';
import { labelsOf, limitsOf, parseSeeds, plannedColumns, possible, settled, usualOther } from './request';

const sampling = { sampler: 'ddim', schedule: 'cosine', steps: 25, guidance: 1 };
const facts: ModelFacts = {
  name: 'a',
  shape: [14, 14, 1],
  classes: ['0', '1', '2'],
  parameters: 1,
  steps: 1,
  preset: 'a',
  sampling,
  guided: true,
};

describe('seeds', () => {
  it.each([
    ['0-3', [0, 1, 2, 3]],
    ['5', [5]],
    [' 1, 8 - 10 ,4', [1, 8, 9, 10, 4]],
  ])('%j', (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));

  it.each([
    ['', '“” is no seed'],
    ['a', '“a” is no seed'],
    ['-1', '“-1” is no seed'],
    ['4-2', '“4-2” runs backwards'],
    ['1,2,1', '1 stands there twice'],
    ['0-64', 'more than 64 seeds'],
    ['0-40,50-90', 'more than 64 seeds'],
    ['1e3', '“1e3” is no seed'],
  ])('%j is refused', (text, message) => expect(() => parseSeeds(text)).toThrow(message));
});

describe('labels', () => {
  const seeds = [0, 1, 5, 12];
  it('of all classes are those of the command line', () => {
    expect(labelsOf(seeds, 'all', 10)).toEqual(drawOf(seeds, allLabels(10)).labels);
  });
  it('are one class, none, or those there are', () => {
    expect(labelsOf(seeds, '2', 3)).toEqual([2, 2, 2, 2]);
    expect(labelsOf(seeds, 'none', 3)).toEqual([null, null, null, null]);
    expect(labelsOf(seeds, '3', 3)).toEqual([0, 1, 2, 0]);
    expect(labelsOf(seeds, '7', 3)).toEqual([0, 1, 2, 0]);
    expect(labelsOf(seeds, '2', 0)).toEqual([null, null, null, null]);
  });
});

describe('settings', () => {
  it('are the run’s where nothing is chosen', () => {
    expect(settled({ schedule: '' }, sampling)).toEqual(sampling);
    expect(settled({ sampler: '', steps: 7, guidance: 0 }, sampling)).toEqual({ ...sampling, steps: 7, guidance: 0 });
  });

  it('of B differ from the run’s', () => {
    expect(usualOther(facts, [])).toEqual({ ...sampling, guidance: 0 });
    const option = (name: string) => ({
      name,
      title: name,
      description: '',
      parameter: { kind: 'choice' as const, name: 'v', values: ['a'], default: 'a' },
    });
    const unguided = { ...facts, sampling: { ...sampling, sampler: 'ddim@0.5', guidance: 0 } };
    expect(usualOther(unguided, [option('ddim'), option('ddpm')]).sampler).toBe('ddpm');
  });

  it('are planned by mode', () => {
    const b = { ...sampling, sampler: 'ddpm' };
    expect(plannedColumns('one', sampling, b)).toEqual([
      { name: 'ddim, cosine, 25 steps, guidance 1', settings: sampling },
    ]);
    expect(plannedColumns('two', sampling, b)).toEqual([
      { name: 'A', settings: sampling },
      { name: 'B', settings: b },
    ]);
    expect(plannedColumns('steps', sampling, b).map(({ settings }) => settings.steps)).toEqual([4, 8, 16, 32]);
  });

  it('a network cannot be sampled with are said', () => {
    const plain = { ...facts, classes: [] };
    expect(possible(sampling, plain).guidance).toBe(0);
    expect(possible(sampling, facts)).toEqual(sampling);
    expect(limitsOf(facts)).toBeUndefined();
    expect(limitsOf(plain)).toContain('no classes');
    expect(limitsOf({ ...facts, guided: false })).toContain('guidance');
  });
});
