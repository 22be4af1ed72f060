import { readFileSync } from 'node:fs';
import { grad } from '../../autodiff/gradient';
import type { Definition } from '../../ir/definition';
import { f32, trace } from '../../ir/program';
import type { NamedCall, Tensor } from '../../ir/tensor';
import * as attention from '../../ops/attention';
import * as contract from '../../ops/contract';
import * as conv from '../../ops/conv';
import * as elementwise from '../../ops/elementwise';
import * as gather from '../../ops/gather';
import * as linear from '../../ops/linear';
import * as norm from '../../ops/norm';
import * as optimizer from '../../ops/optimizer';
import * as pool from '../../ops/pool';
import * as random from '../../ops/random';
import * as reduce from '../../ops/reduce';
import * as view from '../../ops/view';
import { namedCandidates } from '../../wasm/named';
import { contractVariants } from '../../webgpu/wgsl/kernels/contract';
import { namedKernels } from '../../webgpu/wgsl/named-kernels';
import { isKernel } from '../../webgpu/wgsl/variant';
import { operationCases } from '../cases';
import type { GradientCase } from '../finite-differences';

/** Where the page lies. */
export const opPagePath = new URL('../../../../../docs/ops.md', import.meta.url);

const modules = { elementwise, reduce, view, contract, linear, norm, attention, conv, pool, gather, random, optimizer };

/** The files of ops that the page lists. */
export const opFiles: readonly string[] = Object.keys(modules);

/** What makes ops and is none itself. */
const makers = new Set(['elementwise', 'mapTerm', 'literal']);

/** What a backend has of its own, other than the generic forms that all share. */
interface OwnKernels {
  /** Names of those that compute a call whole. */
  named(call: NamedCall): readonly string[];
  /** Names of those for contractions. */
  readonly contract: readonly string[];
}

const backends: Readonly<Record<string, OwnKernels>> = {
  WebGPU: {
    named: ({ definition }) => namedKernels(definition).flatMap((one) => (isKernel(one) ? [one.name] : [])),
    contract: contractVariants.map(({ name }) => name),
  },
  WebAssembly: {
    named: (call) => namedCandidates(call).map(({ name }) => name),
    contract: ['panels'],
  },
};

/** Calls and kinds of nodes that computing `results` takes. */
function reached(results: readonly Tensor[]): { calls: NamedCall[]; kinds: Set<string> } {
  const seen = new Set<Tensor>();
  const calls: NamedCall[] = [];
  const kinds = new Set<string>();
  const visit = (t: Tensor): void => {
    if (seen.has(t)) return;
    seen.add(t);
    const { node } = t;
    kinds.add(node.kind);
    if (node.kind === 'named') {
      calls.push(node.call);
      node.call.xs.forEach(visit);
      return;
    }
    for (const value of Object.values(node)) for (const x of [value].flat()) if (isTensor(x)) visit(x);
  };
  results.forEach(visit);
  return { calls, kinds };
}

const isTensor = (x: unknown): x is Tensor => typeof x === 'object' && x !== null && 'node' in x && 'shape' in x;

/** What a case and its gradient take. */
function takenBy({ shapes, build }: GradientCase): ReturnType<typeof reached> {
  let taken = reached([]);
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, f32(...shape)]));
  trace({ inputs }, ({ inputs: xs }) => {
    const all = Object.values(xs);
    const y = build(...all);
    const loss = reduce.sum(elementwise.square(y));
    taken = reached([y, ...grad(loss, all)]);
    return { outputs: { loss } };
  });
  return taken;
}

/** Names of a backend's own kernels for an op. */
function kernelsOf({ named, contract }: OwnKernels, { calls, kinds }: Row): string[] {
  const whole = calls.flatMap(named);
  return [...new Set([...whole, ...(whole.length === 0 && kinds.has('contract') ? contract : [])])];
}

const ops = Object.values(modules).flatMap((module) => Object.keys(module));
const begins = (op: string, name: string): boolean => new RegExp(`^${op}(?![a-z])`).test(name);

/** True for a name of which `op` is the first words: `padWithValue` is a case of pad, and `maxPool` none of max. */
const isOf = (op: string, name: string): boolean =>
  begins(op, name) && !ops.some((other) => other.length > op.length && begins(other, name));

/** Ops that cases and rows of values spell in another way. */
const spelled: Readonly<Record<string, readonly string[]>> = {
  cast: ['toU32', 'toF32'],
  contract: ['einsum'],
  einsum: ['outer', 'convolution', 'batchedMatmul'],
  window: ['convolution'],
};

interface Row {
  readonly op: string;
  readonly file: string;
  /** Names of cases whose gradient and kernels are tested. */
  readonly cases: readonly string[];
  /** Rows of values made elsewhere. */
  readonly values: number;
  readonly definitions: readonly Definition<never>[];
  readonly calls: readonly NamedCall[];
  readonly kinds: ReadonlySet<string>;
}

/** One row per op, in the order of the files. */
export function opRows(): Row[] {
  const values = JSON.parse(readFileSync(new URL('../../../fixtures/values.json', import.meta.url), 'utf8')) as {
    op: string;
  }[];
  return Object.entries(modules).flatMap(([file, module]) =>
    Object.entries(module)
      .filter(([name, value]) => typeof value === 'function' && !makers.has(name))
      .map(([op]) => op)
      .sort()
      .map((op) => {
        const spellings = [op, ...(spelled[op] ?? [])];
        const named = (name: string): boolean => spellings.some((one) => isOf(one, name));
        const cases = Object.keys(operationCases).filter(named);
        const taken = cases.map((name) => takenBy(operationCases[name]!));
        const calls = taken.flatMap((one) => one.calls);
        return {
          op,
          file,
          cases,
          values: values.filter((row) => named(row.op)).length,
          definitions: [...new Set(calls.map(({ definition }) => definition))],
          calls,
          kinds: new Set(taken.flatMap(({ kinds }) => [...kinds])),
        };
      }),
  );
}

const HEADING = `# Ops of the engine

Every op of \`@noisesmith/tensor\`, with what vouches for it. The float64 oracle interprets all of them, so none has a column
for it.

- **named**: definitions that it calls, itself and in its gradient; what has none is scalar terms and nodes of the graph.
- **gradient**: derived from the definition, or written by hand and then compared with the derived one. Empty: there is none,
  or nothing here differentiates it.
- **cases**: small programs whose gradient is compared with finite differences and whose kernels, on every backend, with the
  oracle (\`packages/tensor/src/testing/cases.ts\`).
- **values**: results that were made by NumPy or by hand (\`packages/tensor/fixtures/make.py\`). Random bits are held against
  published vectors instead, optimizers against the values in \`fixtures\` at the root.
- **kernels** of a backend's own; \`generic\`: the forms that all backends share (\`packages/tensor/src/lower\`).

Written by \`packages/tensor/src/testing/op-table/run.ts\`; \`packages/tensor/src/op-table.test.ts\` sees to it that it is so.
`;

/** The rows as a page of Markdown. */
export function opPage(rows: readonly Row[] = opRows()): string {
  const cells = rows.map((row) => {
    const { op, file, cases, values, definitions } = row;
    return [
      `\`${op}\``,
      `\`${file}.ts\``,
      definitions.map(({ name }) => `\`${name}\``).join(', '),
      definitions.some(({ gradient }) => gradient) ? 'by hand' : cases.length > 0 ? 'derived' : '',
      String(cases.length),
      String(values),
      ...Object.values(backends).map((own) => kernelsOf(own, row).join(', ') || 'generic'),
    ];
  });
  const head = ['op', 'in `packages/tensor/src/ops`', 'named', 'gradient', 'cases', 'values', ...Object.keys(backends)];
  const widths = head.map((_, i) => Math.max(...[head, ...cells].map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [HEADING, line(head), line(widths.map((n) => '-'.repeat(n))), ...cells.map(line), ''].join('\n');
}
