import { sumWork } from '../../lower/work';
import type { ExplainedKernel } from './explain';

/** Kernels of one form in one kind of place, added up. */
export interface KernelGroup extends Omit<ExplainedKernel, 'label' | 'items'> {
  /** Label of the kernels, the numbers of scopes left out: repeated parts of a network are one place. */
  readonly place: string;
  readonly count: number;
}

/** A kernel's label with the numbers of scopes left out: repeated parts of a network are one place. */
export const placeOf = (label: string): string => label.replace(/(?<=[A-Za-z])\d+(?=[./])/g, '');

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

const pick = ({ label: _, items: __, ...rest }: ExplainedKernel) => rest;

function merge(group: KernelGroup, { work, bytes, seconds, floorSeconds }: ExplainedKernel): KernelGroup {
  const floor = group.floorSeconds + floorSeconds;
  const time = seconds === undefined ? undefined : group.seconds! + seconds;
  return {
    ...group,
    count: group.count + 1,
    work: sumWork(group.work, work),
    bytes: group.bytes + bytes,
    floorSeconds: floor,
    ...(time !== undefined && { seconds: time, ratio: time / floor }),
  };
}
