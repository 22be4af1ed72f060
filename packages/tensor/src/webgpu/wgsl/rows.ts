/** Pieces that the kernels working on rows share. */
import { type Shape, sizeOf } from '../../ir/shape';

/** Rows of the last axis of the first argument. */
export function rowsOf(inputs: readonly { readonly shape: Shape }[]): { rows: number; width: number } {
  const { shape } = inputs[0]!;
  const width = shape[shape.length - 1]!;
  return { rows: sizeOf(shape) / width, width };
}

/** Few invocations per workgroup: there are few rows, and every core should get some of them. */
const ROWS_PER_WORKGROUP = 16;

/** An entry point with one invocation per row; `row` is its index. */
export const perRow = (rows: number, body: string): string => `@compute @workgroup_size(${ROWS_PER_WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + groups.x * (group.y + groups.y * group.z)) * ${ROWS_PER_WORKGROUP}u + lane;
  if (row >= ${rows}u) { return; }
  let zero = row / ${rows}u;
${body}
}`;

export const rowWorkgroups = (rows: number): number => Math.ceil(rows / ROWS_PER_WORKGROUP);

/**
 * A loop over `count` elements, two to a turn where that divides: a turn costs a store and a load per live variable. It
 * starts at `zero`, a 0 that the compiler cannot see: software adapters unroll loops of known length, for seconds.
 */
export function unrolled(count: number, body: (index: string) => string): string {
  const step = count % 2 === 0 ? 2 : 1;
  const copies = Array.from({ length: step }, (_, i) => `    { ${body(i === 0 ? 'c' : `(c + ${i}u)`)} }`);
  return `  for (var c = zero; c < ${count}u; c += ${step}u) {\n${copies.join('\n')}\n  }`;
}
