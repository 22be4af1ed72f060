/**
 * Reference: what the WGSL itself declares, its workgroup size and the bytes of its workgroup memory, beside the limits of
 * an adapter; for which tile comes first, times on a GPU.
 */
import { describe, expect, it } from 'vitest';
import { work } from '../../../lower/work';
import { leastProfile } from '../../device/least-profile';
import type { ContractProblem } from './contract-problem';
import { workgroupTile } from './contract-tile';
import type { KernelProfile } from './kernel';

type Axes = Pick<ContractProblem, 'quadsOfA' | 'quadsOfB' | 'quadsOfOut'>;

const problemOf = (m: number, n: number, k: number, axes: Axes = {}): ContractProblem => ({
  batch: 1,
  m,
  n,
  k,
  ...axes,
  loadA: () => '1.0',
  loadB: () => '1.0',
  loadQuadA: () => 'vec4<f32>(1.0)',
  loadQuadB: () => 'vec4<f32>(1.0)',
  store: () => [],
  storeQuad: () => [],
  costs: { loadA: work({}), loadB: work({}), store: work({}) },
  scratch: () => 'parts',
});

const profileOf = (limits: Partial<KernelProfile['limits']> = {}): KernelProfile => ({
  software: false,
  subgroupSize: 0,
  limits: { ...leastProfile.limits, ...limits },
});

/** Invocations and bytes of workgroup memory of the first stage of each candidate, by its name. */
function takenBy(problem: ContractProblem, profile: KernelProfile) {
  return workgroupTile.candidates(problem, profile).map(({ name, emit }) => {
    const { body, workgroups } = emit()[0]!;
    const quads = [...body.matchAll(/var<workgroup> \w+: array<vec4<f32>, (\d+)>;/g)].map((found) => Number(found[1]));
    return {
      name,
      invocations: Number(/@workgroup_size\((\d+)\)/.exec(body)![1]),
      bytes: 16 * quads.reduce((sum, n) => sum + n, 0),
      workgroups,
    };
  });
}

const layouts: readonly Axes[] = [
  {},
  { quadsOfA: 'k', quadsOfB: 'n', quadsOfOut: 'n' },
  { quadsOfA: 'm', quadsOfB: 'k', quadsOfOut: 'n' },
  { quadsOfA: 'k', quadsOfB: 'k', quadsOfOut: 'm' },
];
const shapes: readonly (readonly [number, number, number])[] = [
  [4, 4, 4],
  [128, 64, 4096],
  [2048, 1024, 256],
  [100, 4096, 12],
];

describe('only tiles are tried that an adapter can run', () => {
  it.each<[string, Partial<KernelProfile['limits']>]>([
    ['what WebGPU guarantees', {}],
    ['128 invocations', { maxComputeInvocationsPerWorkgroup: 128 }],
    ['128 invocations along x', { maxComputeWorkgroupSizeX: 128 }],
    ['8 KiB of workgroup memory', { maxComputeWorkgroupStorageSize: 8192 }],
  ])('%s', (_, limits) => {
    const profile = profileOf(limits);
    const most = profile.limits;
    for (const layout of layouts) {
      for (const [m, n, k] of shapes) {
        const tiles = takenBy(problemOf(m, n, k, layout), profile);
        expect(tiles.length).toBeGreaterThan(0);
        for (const { invocations, bytes } of tiles) {
          expect(bytes).toBeGreaterThan(0);
          expect(bytes).toBeLessThanOrEqual(most.maxComputeWorkgroupStorageSize);
          expect(invocations).toBeLessThanOrEqual(
            Math.min(most.maxComputeInvocationsPerWorkgroup, most.maxComputeWorkgroupSizeX),
          );
        }
      }
    }
  });

  it('of which a larger limit gives more', () => {
    const large = problemOf(32768, 2048, 512, layouts[1]);
    const first = (limits: Partial<KernelProfile['limits']>): string => takenBy(large, profileOf(limits))[0]!.name;
    expect(first({ maxComputeWorkgroupStorageSize: 49152 })).toBe('tile 128x128');
    expect(first({ maxComputeInvocationsPerWorkgroup: 128 })).toBe('tile 64x128');
    expect(first({ maxComputeInvocationsPerWorkgroup: 64 })).toBe('tile 32x32');
  });
});

const h100 = profileOf({
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupStorageSize: 49152,
});

describe('the tile by rule', () => {
  // Each within 5 % of the fastest of up to 48 tiles on an H100; docs/performance.md has the times.
  it.each([
    [1024, 256, 1024, 'tile 64x64 in 4 parts'],
    [32768, 512, 2048, 'tile 128x128'],
    [2048, 512, 32768, 'tile 128x128 in 4 parts'],
    [512, 512, 32768, 'tile 128x128 in 16 parts'],
    [512, 128, 512, 'tile 32x32 in 4 parts'],
    [1024, 256, 256, 'tile 32x32'],
    [1024, 1024, 256, 'tile 64x64'],
    [256, 1024, 1024, 'tile 64x64 in 4 parts'],
    [128, 512, 512, 'tile 32x32 in 4 parts'],
    [1024, 1024, 1024, 'tile 64x128 in 2 parts'],
    [256, 256, 256, 'tile 32x32 in 4 parts'],
    [256, 256, 65536, 'tile 64x128 in 32 parts'],
    // Seven eighths of a tile of 128 rows would lie past the edge.
    [16, 65536, 256, 'tile 32x32'],
  ])('of %i × %i over %i is %s', (m, n, k, name) => {
    expect(takenBy(problemOf(m, n, k), h100)[0]!.name).toBe(name);
  });

  it('cuts k into parts where there are few results', () => {
    const [first] = takenBy(problemOf(64, 64, 8192), profileOf());
    expect(first!.name).toMatch(/ in \d+ parts$/);
    expect(first!.workgroups).toBeGreaterThanOrEqual(64);
  });
});
