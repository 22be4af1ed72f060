// Reference: the adapter names that Mesa, SwiftShader and Windows report, and the rule for subgroup sizes in types.ts.
import { describe, expect, it } from 'vitest';
import { profileOf } from './profile';

const LIMITS = { maxBufferSize: 1024 } as GPUSupportedLimits;
const gpu = (...features: GPUFeatureName[]) => ({ features: new Set(features), limits: LIMITS });
const info = (description: string, rest: Partial<GPUAdapterInfo> = {}) => {
  return { vendor: '', architecture: '', device: '', description, ...rest };
};

describe('profileOf', () => {
  it.each([
    ['llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)', true],
    ['SwiftShader Device (Subzero)', true],
    ['Microsoft Basic Render Driver', true],
    ['NVIDIA GeForce RTX 4090', false],
    ['Apple M1 Max', false],
  ])('%s: software %s', (description, software) => {
    expect(profileOf(gpu(), info(description)).software).toBe(software);
  });

  it('believes isFallbackAdapter', () => {
    expect(profileOf(gpu(), info('unnamed', { isFallbackAdapter: true })).software).toBe(true);
  });

  it('reports a subgroup size only when it is on and the only one', () => {
    const same = info('', { subgroupMinSize: 32, subgroupMaxSize: 32 });
    expect(profileOf(gpu('subgroups'), same).subgroupSize).toBe(32);
    expect(profileOf(gpu(), same).subgroupSize).toBe(0);
    expect(profileOf(gpu('subgroups'), info('', { subgroupMinSize: 8, subgroupMaxSize: 32 })).subgroupSize).toBe(0);
    expect(profileOf(gpu('subgroups'), info('')).subgroupSize).toBe(0);
  });

  it('takes features and limits from the device and lives without adapter info', () => {
    const profile = profileOf(gpu('shader-f16', 'timestamp-query'));
    expect(profile).toMatchObject({ halves: true, timestamps: true, software: false, description: '' });
    expect(profile.limits.maxBufferSize).toBe(1024);
  });
});
