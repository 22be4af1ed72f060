import type { Graph } from '../../ir/program';
import { makePlan, type PlanOptions } from '../../plan/plan';
import type { Target } from '../../plan/target';
import type { Profile } from '../../profile';
import type { Device } from '../../webgpu/device';
import { leastProfile } from '../../webgpu/device/least-profile';
import { openDevice } from '../../webgpu/open';
import { contractVariants } from '../../webgpu/wgsl/kernels/contract';
import { Random } from './random';

/** One way to compile a program, to be compared with the oracle. */
export interface Way {
  readonly name: string;
  /** On WebGPU; there as on a GPU that offers no more than is guaranteed; on WebAssembly. */
  readonly on: 'webgpu' | 'gpu' | 'wasm';
  /** Errors, relative to the largest element of each result, stay below. */
  readonly tolerance: number;
  options(graph: Graph, target: Target, seed: number): PlanOptions;
}

const TOLERANCE = 3e-5;

/** For every site of the plan one of its candidates, as a table made on another machine would. */
function anyChoices(graph: Graph, target: Target, seed: number): PlanOptions {
  const random = new Random(seed);
  const { sites } = makePlan(graph, target, { choices: new Map() });
  return { choices: new Map(sites.map(({ key, candidates }) => [key, random.pick(candidates)])) };
}

const HALVES = 'halves';
const rules = { on: 'webgpu', tolerance: TOLERANCE, options: () => ({ choices: new Map() }) } as const;

const allWays: readonly Way[] = [
  { ...rules, name: 'by rule' },
  { ...rules, name: 'generic', options: () => ({ generic: true }) },
  { ...rules, name: 'frozen choices', options: anyChoices },
  { ...rules, name: 'as a GPU', on: 'gpu' },
  { ...rules, name: 'as a GPU, frozen choices', on: 'gpu', options: anyChoices },
  {
    ...rules,
    name: 'a form of the contraction',
    options: (_, __, seed) => ({ variants: { contract: formFor(seed) } }),
  },
  { ...rules, name: 'WebAssembly', on: 'wasm' },
  { ...rules, name: 'WebAssembly, generic', on: 'wasm', options: () => ({ generic: true }) },
  { ...rules, name: HALVES, tolerance: 2e-2, options: () => ({ storage: 'f16' as const }) },
];

/** Those that the adapter can go: halves need its feature. */
export const waysOf = ({ halves }: Profile): readonly Way[] => allWays.filter(({ name }) => halves || name !== HALVES);

const formFor = (seed: number) => contractVariants[seed % contractVariants.length]!.name;

/** A device whose plans are those of a GPU with the least limits, so that kernels for such are run too. */
export async function openAsGpu(): Promise<Device> {
  const device = await openDevice();
  const { subgroupSize, halves } = device.profile;
  Object.defineProperty(device, 'profile', {
    value: { ...leastProfile, subgroupSize, halves, limits: { ...device.profile.limits, ...tight } },
  });
  return device;
}

const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } =
  leastProfile.limits;
const tight = { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup };
