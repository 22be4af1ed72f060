import type { Bindable, Binding, Bindings } from './bindings';
import { libraryFor } from './library';
import type { Work } from './work';

export const WORKGROUP_SIZE = 64;

/** A complete shader, the buffers it binds in order, and how many workgroups to start. */
export interface Kernel<B extends Bindable> {
  /** Path of the op, as traced. */
  readonly label: string;
  /** The kind of kernel and its sizes, the same for equal kernels: `contract 1x1568x256x64 rows 32x16`. */
  readonly form: string;
  readonly wgsl: string;
  readonly bindings: readonly Binding<B>[];
  readonly workgroups: number;
  readonly work: Work;
}

export interface KernelBody {
  readonly label: string;
  readonly form: string;
  readonly directives?: string;
  /** The module without its binding declarations and without the library functions it calls. */
  readonly body: string;
  readonly workgroups: number;
  readonly work: Work;
}

export function assemble<B extends Bindable>(kernel: KernelBody, names: Bindings<B>): Kernel<B> {
  const { declarations, bindings } = names.declare(kernel.body);
  const halves = /\bf16\b/.test(declarations) ? 'enable f16;' : '';
  const parts = [kernel.directives ?? '', halves, declarations, libraryFor(kernel.body), kernel.body];
  return {
    label: kernel.label,
    form: kernel.form,
    wgsl: `${parts.filter((p) => p !== '').join('\n')}\n`,
    bindings,
    workgroups: kernel.workgroups,
    work: kernel.work,
  };
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
