import type { Bound, ExplainedKernel, Work } from '@noisesmith/tensor';

/** Kernels of one form in one kind of place, added up. */
export interface KernelGroup {
  readonly form: string;
  /** Path of the op with the numbers of blocks and layers left out. */
  readonly place: string;
  readonly count: number;
  readonly work: Work;
  readonly bytes: number;
  readonly seconds?: number;
  readonly floorSeconds: number;
  readonly ratio?: number;
  readonly bound: Bound;
}

/** `first.b0.l1.attn/contract` is `first.b.l.attn/contract`: what a RIN's blocks and layers have in common. */
export const placeOf = (label: string): string => label.replace(/\.([bl])\d+(?=[./]|$)/g, '.$1');

/** Adds up kernels alike; by the time above the floor, or in an estimate by the floor, largest first. */
export function groupKernels(rows: readonly ExplainedKernel[]): KernelGroup[] {
  const groups = new Map<string, KernelGroup>();
  for (const row of rows) {
    const place = placeOf(row.label);
    const key = `${row.form}\n${place}`;
    const group = groups.get(key);
    groups.set(key, group ? merge(group, row) : { ...pick(row), place, count: 1 });
  }
  const excess = ({ seconds, floorSeconds }: KernelGroup): number =>
    seconds === undefined ? floorSeconds : seconds - floorSeconds;
  return [...groups.values()].sort((a, b) => excess(b) - excess(a));
}

const pick = ({ label: _, workgroups: __, ...rest }: ExplainedKernel) => rest;

function merge(group: KernelGroup, { work, bytes, seconds, floorSeconds }: ExplainedKernel): KernelGroup {
  const floor = group.floorSeconds + floorSeconds;
  const time = seconds === undefined ? undefined : group.seconds! + seconds;
  return {
    ...group,
    count: group.count + 1,
    work: {
      flops: group.work.flops + work.flops,
      loads: group.work.loads + work.loads,
      stores: group.work.stores + work.stores,
    },
    bytes: group.bytes + bytes,
    floorSeconds: floor,
    ...(time !== undefined && { seconds: time, ratio: time / floor }),
  };
}
