// References: the plan's own text: equal where graph, profile and table are equal; and the kernels that a site names.
import { describe, expect, it } from 'vitest';
import type { AdapterProfile } from '../../webgpu/device/types';
import { webgpuTarget } from '../../webgpu/target';
import { makePlan, type Plan } from '../plan';
import type { Choices } from './site';
import { vectorGraph as graph } from './testing';

const profileOf = (software: boolean, subgroupSize: number) =>
  ({
    description: '',
    software,
    subgroupSize,
    limits: { maxStorageBuffersPerShaderStage: 8, maxStorageBufferBindingSize: 2 ** 27 },
  }) as AdapterProfile;

const profiles = [profileOf(true, 8), profileOf(true, 0), profileOf(false, 32)];
const textOf = (plan: Plan): string => JSON.stringify(plan);

/** The last candidate of every site that has several. */
function lastOf({ sites }: Plan): Choices {
  const several = sites.filter(({ candidates }) => candidates.length > 1);
  return new Map(several.map(({ key, candidates }) => [key, candidates.at(-1)!]));
}

describe.each(profiles)('for software $software, subgroups of $subgroupSize', (profile) => {
  const ruled = makePlan(graph(), webgpuTarget(profile), { choices: new Map() });

  it('two plans of the same program, without and with choices, are the same text', () => {
    expect(textOf(makePlan(graph(), webgpuTarget(profile), { choices: new Map() }))).toBe(textOf(ruled));
    const choices = lastOf(ruled);
    const tuned = textOf(makePlan(graph(), webgpuTarget(profile), { choices }));
    expect(textOf(makePlan(graph(), webgpuTarget(profile), { choices: new Map(choices) }))).toBe(tuned);
    expect(tuned).not.toBe(textOf(ruled));
  });

  it('takes the first candidate by rule, and the choice where there is one', () => {
    for (const { candidates, chosen } of ruled.sites) expect(chosen).toBe(candidates[0]);
    const choices = lastOf(ruled);
    const tuned = makePlan(graph(), webgpuTarget(profile), { choices });
    expect(tuned.sites.map(({ key, candidates }) => ({ key, candidates }))).toEqual(
      ruled.sites.map(({ key, candidates }) => ({ key, candidates })),
    );
    for (const { key, candidates, chosen } of tuned.sites) expect(chosen).toBe(choices.get(key) ?? candidates[0]);
  });

  it('passes over names that sites do not have, and keys that no site has', () => {
    const stale = new Map([...ruled.sites.map(({ key }): [string, string] => [key, 'gone']), ['no site', 'x']]);
    expect(textOf(makePlan(graph(), webgpuTarget(profile), { choices: stale }))).toBe(textOf(ruled));
  });

  it('names the kernels of each site: all contractions and named calls, each once', () => {
    const plan = makePlan(graph(), webgpuTarget(profile), { choices: lastOf(ruled) });
    const named = plan.sites.flatMap(({ kernels }) => kernels);
    const expected = plan.kernels.flatMap(({ form }, i) => (/^(pointwise|reduce) /.test(form) ? [] : [i]));
    expect([...named].sort((a, b) => a - b)).toEqual(expected);
    for (const { key, chosen, kernels } of plan.sites) {
      const kind = key.split(' ')[0]!;
      for (const i of kernels) expect(plan.kernels[i]!.form.startsWith(`${kind} `)).toBe(true);
      if (kind === 'contract') expect(plan.kernels[kernels[0]!]!.form).toContain(chosen.replace(' transposed', ''));
    }
  });
});

it('has no sites in a generic plan', () => {
  expect(makePlan(graph(), webgpuTarget(profiles[0]!), { generic: true }).sites).toEqual([]);
});

it('offers nothing but the kernel that a test forces', () => {
  const variants = { layerNorm: 'invocation-rows' };
  const { sites } = makePlan(graph(), webgpuTarget(profiles[0]!), { variants });
  expect(sites.find(({ key }) => key.startsWith('layerNorm '))!.candidates).toEqual(['invocation-rows']);
});
