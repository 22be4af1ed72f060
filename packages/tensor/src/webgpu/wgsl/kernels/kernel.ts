import type { Work } from '../../../lower/work';
import type { DeviceLimits } from '../../device/types';

/** What a workgroup may take. */
export type WorkgroupLimits = Pick<
  DeviceLimits,
  'maxComputeWorkgroupStorageSize' | 'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupSizeX'
>;

/** What a kernel form needs to know of the adapter. */
export interface KernelProfile {
  /** Invocations per subgroup where `subgroups` is enabled and the size is fixed (minimum = maximum); else 0. */
  readonly subgroupSize: number;
  /** A CPU adapter (lavapipe, SwiftShader): no barriers, no workgroup memory, few and large loads. */
  readonly software: boolean;
  readonly limits: WorkgroupLimits;
}

/**
 * One dispatch. Its entry point is `main`; its bindings are those the caller's load, store and scratch expressions
 * name. It finds its work from the linear workgroup id x + nx·(y + ny·z), so any split of `workgroups` over three
 * dimensions that covers them is right.
 */
export interface KernelStage {
  readonly name: string;
  /** Lines that must come before everything else, such as `enable subgroups;`. */
  readonly directives?: string;
  readonly body: string;
  readonly workgroups: number;
  readonly work: Work;
}

/** The WGSL of a stage once its bindings and helper functions are known. */
export function wgslOf(stage: KernelStage, declarations: string): string {
  return `${stage.directives ?? ''}\n${declarations}\n${stage.body}`;
}

/** Parameters of an entry point that uses {@link workgroupId} and the invocation's index in its workgroup, `lane`. */
export const entryParameters =
  '@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32';

/** The linear workgroup id, from {@link entryParameters}. */
export const workgroupId = 'group.x + groups.x * (group.y + groups.y * group.z)';

/** Head of `main` with one invocation `i` for each of `count` elements, in workgroups of `size`. */
export const invocationId = (size: number, count: number): string => `fn main(${entryParameters}) {
  let i = (${workgroupId}) * ${size}u + lane;
  if (i >= ${count}u) { return; }`;

/** [0, 1, …, n − 1]. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
