// Reference: parseSampler of @noisesmith/samplers, which has to read every spec that the controls write.
import { parseSampler, samplers } from '@noisesmith/samplers';
import { describe, expect, it } from 'vitest';
import type { SamplerOption } from './protocol';
import { readSpec, writeSpec } from './spec';

const options = samplers.map(({ description, kind, name, parameter, title }) => ({
  name,
  title,
  description,
  parameter: { kind, ...parameter } as SamplerOption['parameter'],
}));

describe.each(options)('$name', (option) => {
  const { parameter } = option;
  const values: readonly (number | string)[] = parameter.kind === 'number' ? parameter.range : parameter.values;
  it.each(values)('writes and reads %s', (value) => {
    const spec = writeSpec(option, value);
    expect(parseSampler(spec).spec).toBe(spec);
    const read = readSpec(spec, options);
    expect(read.option?.name).toBe(option.name);
    expect(String(read.value)).toBe(String(value));
  });
});

it('a sampler that is unknown counts as the first', () => {
  expect(readSpec('ddp', options).option?.name).toBe(options[0]!.name);
  expect(readSpec('euler', options).option?.name).toBe(options[0]!.name);
  expect(readSpec('ddim', []).option).toBeUndefined();
});
