import type { Work } from '../../lower/work';
import type { Kernel } from '../../plan/kernel';
import type { Place } from '../../plan/memory';
import type { Bindings } from './bindings';
import { libraryFor } from './library';

const WORKGROUP_SIZE = 64;

export interface KernelBody {
  readonly label: string;
  readonly form: string;
  readonly directives?: string;
  /** The module without its binding declarations and without the library functions it calls. */
  readonly body: string;
  readonly workgroups: number;
  readonly work: Work;
}

/** A complete shader. Its operands are its bindings, in order; its items are workgroups. */
export function assemble({ label, form, directives = '', body, workgroups, work }: KernelBody, names: Bindings<Place>) {
  const { declarations, bindings } = names.declare(body);
  const halves = /\bf16\b/.test(declarations) ? 'enable f16;' : '';
  const parts = [directives, halves, declarations, libraryFor(body), body];
  return {
    label,
    form,
    operands: bindings.map(({ target: place, writable }) => ({ place, writable })),
    items: workgroups,
    work,
    code: `${parts.filter((p) => p !== '').join('\n')}\n`,
  } satisfies Kernel<string>;
}

/**
 * An entry point with one invocation for each of `count` elements; `i` is the element. Workgroups may lie in a grid of any
 * shape, so that more than 65535 of them can be started.
 */
export const perElement = (count: number, body: string): string => `@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + groups.x * (group.y + groups.y * group.z)) * ${WORKGROUP_SIZE}u + lane;
  if (i >= ${count}u) { return; }
${body}
}`;

export const workgroupsFor = (count: number): number => Math.ceil(count / WORKGROUP_SIZE);
