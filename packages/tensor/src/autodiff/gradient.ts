import { printShape } from '../ir/shape';
import { children, partOfGradient, reachable, scope, Tensor } from '../ir/tensor';
import { add, fill } from '../ops/elementwise';
import { type Adjoint, nodeRules } from './rules';

/** A tensor, or records and lists of tensors, nested. */
export type Tree = Tensor | { readonly [key: string]: Tree } | readonly Tree[];

/**
 * Gradient of the scalar `loss` with respect to each tensor of `wrt`, in the same structure. The result is ordinary
 * graph, so it can be differentiated again. A tensor that the loss does not depend on gets zeros.
 */
export function grad<T extends Tree>(loss: Tensor, wrt: T): T {
  if (loss.size !== 1 || loss.dtype !== 'f32') {
    throw new RangeError(`grad: the loss is ${loss.dtype} ${printShape(loss.shape)}, expected one f32 number`);
  }
  const leaves = treeLeaves(wrt);
  for (const t of leaves)
    if (t.dtype !== 'f32') throw new TypeError(`grad: ${t.describe()} is ${t.dtype}, expected f32`);
  const found = scope('grad', () =>
    partOfGradient(true, () => pullback([loss], [fill(loss.shape, 1)], leaves, { through: true })),
  );
  let next = 0;
  return mapTree(wrt, (t) => found[next++] ?? fill(t.shape, 0)) as T;
}

function treeLeaves(tree: Tree): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  return Object.values(tree as Record<string, Tree>).flatMap(treeLeaves);
}

function mapTree(tree: Tree, f: (t: Tensor) => Tensor): Tree {
  if (tree instanceof Tensor) return f(tree);
  if (Array.isArray(tree)) return (tree as readonly Tree[]).map((t) => mapTree(t, f));
  return Object.fromEntries(Object.entries(tree).map(([k, t]) => [k, mapTree(t as Tree, f)]));
}

/**
 * Reverse mode, graph to graph: the adjoints of `wrt` given the adjoints `seeds` of `outputs`. With `through` the
 * derivative is total (a wrt tensor may lie behind another); without, each wrt tensor is an independent variable.
 */
export function pullback(
  outputs: readonly Tensor[],
  seeds: readonly (Tensor | undefined)[],
  wrt: readonly Tensor[],
  options: { through?: boolean } = {},
): (Tensor | undefined)[] {
  const wanted = new Set(wrt);
  const next = (t: Tensor): readonly Tensor[] => {
    if (t.node.kind === 'stop' || (!options.through && wanted.has(t))) return [];
    return children(t);
  };
  const order = reachable(outputs, next);
  const depends = new Set<Tensor>();
  for (const t of order) if (wanted.has(t) || next(t).some((x) => depends.has(x))) depends.add(t);

  const adjoints = new Map<Tensor, Tensor>();
  const arriving = new Map<Tensor, (Tensor | undefined)[]>();
  const accumulate: Adjoint = (t, d) => {
    if (!d || !depends.has(t) || (t.dtype !== 'f32' && t.node.kind !== 'named')) return;
    const known = adjoints.get(t);
    adjoints.set(t, known ? add(known, d) : d);
  };
  outputs.forEach((t, i) => {
    accumulate(t, seeds[i]);
  });

  for (const t of order.reverse()) {
    if (!depends.has(t) || (!options.through && wanted.has(t))) continue;
    const { node } = t;
    if (node.kind === 'named') {
      const upstream = arriving.get(t);
      if (!upstream) continue;
      const { definition, attributes, xs, expansion } = node.call;
      const results = expansion.map((e, index) => resultOf(t, index, e));
      const found = definition.gradient
        ? scope(`d.${definition.name}`, () => definition.gradient!({ xs, attributes, results, upstream }))
        : pullback(expansion, upstream, xs);
      xs.forEach((x, i) => {
        accumulate(x, found[i]);
      });
      continue;
    }
    const d = adjoints.get(t);
    if (!d) continue;
    if (node.kind === 'result') {
      const list = arriving.get(node.of) ?? [];
      const known = list[node.index];
      list[node.index] = known ? add(known, d) : d;
      arriving.set(node.of, list);
      continue;
    }
    nodeRules(t, d, accumulate);
  }
  return wrt.map((t) => adjoints.get(t));
}

const resultOf = (named: Tensor, index: number, like: Tensor): Tensor =>
  new Tensor({ kind: 'result', of: named, index }, like.shape, like.dtype);
