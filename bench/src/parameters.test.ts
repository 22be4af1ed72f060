// Reference: the parameters of @noisesmith/rin, which are checked against the official code's counts there.
import { describe, expect, it } from 'vitest';
import { configs, TINY } from './configs';
import { sizeOf } from './host-tensor';
import { initialParameters, parameterSpecs } from './parameters';
import { networkOf } from './peers/noisesmith/network';

describe('parameterSpecs', () => {
  it.each(configs)('has the names and shapes of the network $name', (config) => {
    const byName = (entries: readonly { name: string; shape: readonly number[] }[]) =>
      entries.map(({ name, shape }) => `${name} ${shape}`).sort();
    expect(byName(parameterSpecs(config))).toEqual(byName(networkOf(config).layout.segments));
  });
});

describe('initialParameters', () => {
  const specs = parameterSpecs(TINY);
  const first = initialParameters(specs, 1);

  it('fill every shape', () => {
    for (const { name, shape } of specs) expect(first.get(name)!.length).toBe(sizeOf(shape));
  });

  it('are a function of the seed', () => {
    const name = 'time.fc1.weight';
    expect(initialParameters(specs, 1).get(name)).toEqual(first.get(name));
    expect(initialParameters(specs, 2).get(name)).not.toEqual(first.get(name));
  });
});
