import { grad } from '../autodiff/gradient';
import type { Definition } from '../ir/definition';
import { f32, trace } from '../ir/program';
import type { Tensor } from '../ir/tensor';
import { attention, attentionBackward, attentionDefinition } from '../ops/attention';
import { add, mul } from '../ops/elementwise';
import { sum } from '../ops/reduce';
import { concat, reshape } from '../ops/view';
import { EXPANSION } from '../plan/candidate';
import { type CaseProgram, forced, type KernelCase, kernelNames, spreadInputs } from './kernel-case';

export interface AttentionProblem {
  readonly batch?: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  /** Of queries and keys. */
  readonly depth: number;
  /** Of values. */
  readonly width: number;
  /** See {@link KernelCase}. */
  readonly nodeOnly?: true;
}

type Argument = 'q' | 'k' | 'v';
const ALL: readonly Argument[] = ['q', 'k', 'v'];

/** Attention and its gradients, by those of its arguments that are named. */
export function attentionProgram(problem: AttentionProblem, by: readonly Argument[] = ALL): CaseProgram {
  const { batch = 1, queries, keys, heads, depth, width } = problem;
  const inputs = {
    q: f32(batch, queries, heads * depth),
    k: f32(batch, keys, heads * depth),
    v: f32(batch, keys, heads * width),
  };
  const graph = trace({ inputs }, ({ inputs: given }) => {
    // Logits of the same size whatever the width: errors grow with them.
    const o = attention(mul(given.q, 8 / Math.sqrt(depth)), given.k, given.v, heads);
    const gradients = grad(
      sum(mul(o, add(o, 1))),
      by.map((name) => given[name]),
    );
    const named = Object.fromEntries(by.map((name, i) => [`d${name}`, gradients[i]!]));
    // With one key its weight is 1: the true dq and dk are zeros, small only beside dv.
    return { outputs: { o, ...(keys === 1 && by.length > 0 ? { all: joined(gradients) } : named) } };
  });
  return { graph, values: { inputs: spreadInputs(inputs) } };
}

const joined = (xs: readonly Tensor[]): Tensor =>
  concat(
    xs.map((x) => reshape(x, [x.size])),
    0,
  );

const named = ({ batch = 1, queries, keys, heads, depth, width }: AttentionProblem): string =>
  `${batch} of ${queries} queries and ${keys} keys, ${heads} heads of ${depth} and ${width}`;

const FUSED: readonly AttentionProblem[] = [
  { queries: 1, keys: 1, heads: 1, depth: 4, width: 4 },
  { queries: 13, keys: 1, heads: 3, depth: 4, width: 12, nodeOnly: true },
  { queries: 1, keys: 13, heads: 2, depth: 8, width: 4, nodeOnly: true },
  { batch: 2, queries: 17, keys: 31, heads: 4, depth: 16, width: 8, nodeOnly: true },
  // Whole tiles.
  { batch: 2, queries: 64, keys: 32, heads: 1, depth: 8, width: 8, nodeOnly: true },
  { queries: 131, keys: 37, heads: 2, depth: 12, width: 36, nodeOnly: true },
  // Sizes of heads that are no power of 2, and the widest.
  { batch: 2, queries: 11, keys: 9, heads: 3, depth: 20, width: 20 },
  { queries: 5, keys: 9, heads: 1, depth: 124, width: 20, nodeOnly: true },
  { queries: 11, keys: 21, heads: 2, depth: 128, width: 128, nodeOnly: true },
  // Many partners for few rows: passes in parts, of which the last is ragged.
  { queries: 3, keys: 601, heads: 2, depth: 4, width: 8 },
  { queries: 601, keys: 5, heads: 1, depth: 8, width: 4 },
];

/** The expansion takes heads of any size. */
const ANY: readonly AttentionProblem[] = [
  { queries: 1, keys: 1, heads: 1, depth: 1, width: 1 },
  { batch: 2, queries: 1, keys: 13, heads: 2, depth: 3, width: 3 },
  { batch: 3, queries: 16, keys: 49, heads: 4, depth: 16, width: 16 },
  { queries: 49, keys: 16, heads: 2, depth: 7, width: 7 },
  { queries: 11, keys: 21, heads: 2, depth: 128, width: 128 },
];

/** Gradients of some arguments alone; fused, the browser's adapter runs one of them. */
const SOME: readonly (readonly [by: readonly Argument[], nodeOnly?: true])[] = [[[], true], [['q']], [['v'], true]];

const family = [attentionDefinition, attentionBackward] as readonly Definition<never>[];
const names = [...new Set([EXPANSION, ...kernelNames(family)])];
const EXPANDED = { variants: Object.fromEntries(family.map(({ name }) => [name, EXPANSION])) };

/**
 * Attention forward and backward. Errors are relative to the largest element of each output: the kernels' float32 sums stay
 * within the tolerance, as the expansion does on the same adapter (largest seen: 3e-5, in dq, whose terms cancel).
 */
export const attentionCases: readonly KernelCase[] = names.flatMap((kernel) => {
  const options = kernel === EXPANSION ? EXPANDED : forced(family, kernel);
  const caseOf = (name: string, program: () => CaseProgram, nodeOnly?: true): KernelCase => ({
    ...{ name: `attention ${kernel}, ${name}`, options, tolerance: 5e-5, program },
    ...(nodeOnly && { nodeOnly }),
  });
  const problems = kernel === EXPANSION ? ANY : FUSED;
  return [
    ...problems.map((problem) => caseOf(named(problem), () => attentionProgram(problem), problem.nodeOnly)),
    ...SOME.map(([by, nodeOnly]) =>
      caseOf(
        `gradients of [${by}] alone`,
        () => attentionProgram({ queries: 5, keys: 11, heads: 2, depth: 4, width: 8 }, by),
        kernel === EXPANSION ? undefined : nodeOnly,
      ),
    ),
  ];
});
