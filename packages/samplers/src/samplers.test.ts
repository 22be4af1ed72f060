// Reference: the specs in the docstring of parseSampler; what each stands for is in rules.test.ts.
import { describe, expect, it } from 'vitest';
import { parseSampler } from './parse';
import { samplerSpecUsage, samplers, samplerUsage } from './samplers';

it('the list has every spelling', () => {
  expect(samplers.map(({ name }) => name)).toEqual(['ddim', 'ddpm']);
  expect(samplerSpecUsage).toEqual(['ddim', 'ddim@eta', 'ddpm', 'ddpm@large', 'ddpm@small']);
});

describe.each(samplers)('$name', (family) => {
  it('without a value is what its default stands for', () => {
    const bare = parseSampler(family.name);
    const spelled = parseSampler(`${family.name}@${family.parameter.default}`);
    expect(spelled.spec).toBe(bare.spec);
    expect(bare.spec).toBe(family.name);
  });

  it('takes the values it lists, and no others', () => {
    const values = family.kind === 'number' ? family.parameter.range : family.parameter.values;
    const specs = values.map((value) => parseSampler(`${family.name}@${value}`).spec);
    expect(new Set(specs).size).toBe(values.length);
    expect(() => parseSampler(`${family.name}@1.01`)).toThrow(family.parameter.name);
    expect(samplerUsage(family)[0]).toBe(family.name);
  });
});
