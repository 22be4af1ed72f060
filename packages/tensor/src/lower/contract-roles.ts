import { type Index, indexArithmetic as m } from '../ir/index-value';
import { sizeOf } from '../ir/shape';
import type { ContractSpec, Tensor } from '../ir/tensor';

type Role = 'batch' | 'm' | 'n' | 'k';

/** A contraction as a batched matrix product: flat sizes, and row-major indices from flat role indices. */
export interface ContractRoles {
  readonly sizes: Readonly<Record<Role, number>>;
  /** Order of the roles in memory, neighbours that are one written once: `bmk,bkn->bmn`, with b for the batch. */
  readonly order: string;
  readonly indexA: (at: Partial<Record<Role, Index>>) => Index;
  readonly indexB: (at: Partial<Record<Role, Index>>) => Index;
  readonly indexOut: (at: Partial<Record<Role, Index>>) => Index;
}

/** Letters in both operands and the output are the batch, in one operand and the output m or n, in both operands only k. */
export function contractRoles(spec: ContractSpec, a: Tensor, b: Tensor): ContractRoles {
  const size = (l: string): number => (spec.a.includes(l) ? a.shape[spec.a.indexOf(l)]! : b.shape[spec.b.indexOf(l)]!);
  const roleOf = (l: string): Role => {
    if (!spec.out.includes(l)) return 'k';
    if (spec.a.includes(l)) return spec.b.includes(l) ? 'batch' : 'm';
    return 'n';
  };
  const letters: Record<Role, string[]> = { batch: [], m: [], n: [], k: [] };
  for (const l of spec.out) letters[roleOf(l)].push(l);
  for (const l of spec.a) if (!spec.out.includes(l)) letters.k.push(l);
  const total = (role: Role): number => sizeOf(letters[role].map(size));
  const order = (own: string): string =>
    [...own].map((l) => roleOf(l)[0]!).reduce((text, role) => (text.endsWith(role) ? text : text + role), '');
  const index = (own: string) => indexFunction(own, size, roleOf, letters);
  return {
    sizes: { batch: total('batch'), m: total('m'), n: total('n'), k: total('k') },
    order: `${order(spec.a)},${order(spec.b)}->${order(spec.out)}`,
    indexA: index(spec.a),
    indexB: index(spec.b),
    indexOut: index(spec.out),
  };
}

/** Row-major index in a tensor with axes `own`. Axes that follow one another both here and in their role are one. */
function indexFunction(
  own: string,
  size: (l: string) => number,
  roleOf: (l: string) => Role,
  letters: Record<Role, string[]>,
): (at: Partial<Record<Role, Index>>) => Index {
  const runs: { role: Role; size: number; inner: number }[] = [];
  let previous = '';
  for (const l of own) {
    const role = roleOf(l);
    const place = letters[role].indexOf(l);
    const inner = sizeOf(letters[role].slice(place + 1).map(size));
    const last = runs[runs.length - 1];
    if (last && last.role === role && letters[role][place - 1] === previous) {
      last.size *= size(l);
      last.inner = inner;
    } else runs.push({ role, size: size(l), inner });
    previous = l;
  }
  return (at) => {
    let stride = 1;
    let sum: Index = m.constant(0);
    for (const run of [...runs].reverse()) {
      const flat = at[run.role] ?? m.constant(0);
      const coord = m.remainder(m.divide(flat, run.inner), run.size);
      sum = m.add(m.multiply(coord, stride), sum);
      stride *= run.size;
    }
    return sum;
  };
}
