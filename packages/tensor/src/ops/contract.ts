import { printShape } from '../ir/shape';
import { type ContractSpec, Tensor } from '../ir/tensor';
import { sum } from './reduce';

/**
 * Einstein summation of two operands, e.g. `einsum('bqhd,bkhd->bhqk', q, k)`: letters absent from the output are summed.
 * Every letter of the output must stand in an operand, none twice in one operand.
 */
export function einsum(text: string, a: Tensor, b: Tensor): Tensor {
  const match = /^([a-zA-Z]*),([a-zA-Z]*)->([a-zA-Z]*)$/.exec(text.replace(/\s/g, ''));
  if (!match) throw new RangeError(`einsum '${text}': expected the form 'ab,bc->ac'`);
  return contract({ a: match[1]!, b: match[2]!, out: match[3]! }, a, b);
}

/** As `einsum`; `name` is what errors call it. */
export function contract(spec: ContractSpec, a: Tensor, b: Tensor, name = nameOf(spec)): Tensor {
  const sizes = letterSizes(spec, a, b, name);
  // A letter of one operand only that the output lacks is a plain sum, taken before the product.
  const alone = (own: string, other: string): number[] =>
    [...own].flatMap((l, i) => (other.includes(l) || spec.out.includes(l) ? [] : [i]));
  const [sa, sb] = [alone(spec.a, spec.b), alone(spec.b, spec.a)];
  if (sa.length > 0 || sb.length > 0) {
    const drop = (own: string, axes: number[]): string => [...own].filter((_, i) => !axes.includes(i)).join('');
    return contract({ a: drop(spec.a, sa), b: drop(spec.b, sb), out: spec.out }, sum(a, sa), sum(b, sb), name);
  }
  return new Tensor(
    { kind: 'contract', spec, a, b },
    [...spec.out].map((l) => sizes.get(l)!),
    'f32',
  );
}

const nameOf = (spec: ContractSpec): string => `einsum '${spec.a},${spec.b}->${spec.out}'`;

function letterSizes(spec: ContractSpec, a: Tensor, b: Tensor, name: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [letters, x] of [
    [spec.a, a],
    [spec.b, b],
  ] as const) {
    if (letters.length !== x.rank || new Set(letters).size !== letters.length) {
      throw new RangeError(`${name}: '${letters}' for a tensor of shape ${printShape(x.shape)}`);
    }
    if (x.dtype !== 'f32') throw new TypeError(`${name}: operand ${x.describe()} is ${x.dtype}, expected f32`);
    [...letters].forEach((l, i) => {
      const known = sizes.get(l);
      if (known !== undefined && known !== x.shape[i]) {
        throw new RangeError(
          `${name}: axis '${l}' is ${known} and ${x.shape[i]} (${printShape(a.shape)}, ${printShape(b.shape)})`,
        );
      }
      sizes.set(l, x.shape[i]!);
    });
  }
  for (const l of spec.out) if (!sizes.has(l)) throw new RangeError(`${name}: output axis '${l}' is in no operand`);
  if (new Set(spec.out).size !== spec.out.length) throw new RangeError(`${name}: '${spec.out}' has an axis twice`);
  return sizes;
}

/** a [..., m, k] · b [k, n] or, with equal leading axes, b [..., k, n] → [..., m, n]. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.rank < 2 || b.rank < 2 || (b.rank > 2 && b.rank !== a.rank)) {
    throw new RangeError(`matmul: shapes ${printShape(a.shape)} and ${printShape(b.shape)}`);
  }
  const lead = 'abcdefgh'.slice(0, a.rank - 2);
  return contract({ a: `${lead}mk`, b: b.rank === 2 ? 'kn' : `${lead}kn`, out: `${lead}mn` }, a, b, 'matmul');
}
