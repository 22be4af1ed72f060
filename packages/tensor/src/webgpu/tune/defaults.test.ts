// Reference: the rule that the docstring states, on a made-up list of tables.
import { describe, expect, it } from 'vitest';
import { defaultChoices } from './defaults';

const profile = { description: 'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)', subgroupSize: 8 };

describe('defaultChoices', () => {
  const tables = [
    { description: 'llvmpipe', subgroupSize: 4, choices: { site: 'four' } },
    { description: 'llvmpipe', subgroupSize: 8, choices: { site: 'eight' } },
    { description: 'llvmpipe', subgroupSize: 8, choices: { site: 'never' } },
  ];
  it.each([
    [{}, 'eight'],
    [{ subgroupSize: 4 }, 'four'],
    [{ subgroupSize: 16 }, undefined],
    [{ description: 'SwiftShader' }, undefined],
  ])('%o takes %s', (change, name) => {
    expect(defaultChoices({ ...profile, ...change }, tables).get('site')).toBe(name);
  });
});
