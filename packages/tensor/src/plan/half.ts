import { children, reachable, type Tensor } from '../ir/tensor';
import { core, isLeaf } from './core';
import type { Fused, Group } from './fuse';
import type { Simplified } from './simplify';

/**
 * Tensors that may be kept as 16-bit floats: values of the forward pass, whose scale a network keeps near 1. In full stay
 *
 * - what a gradient makes and what stands on it, such as the steps of an optimizer: gradients of a mean are smaller than
 *   the smallest 16-bit float;
 * - reductions and what is computed from them alone, such as a mean, a root of a variance or a logarithm of a sum; and the
 *   results of a named call after the first, which are such values, saved;
 * - results in which a kernel adds up its sums;
 * - results of the program, and numbers that are no floats.
 */
export function halfTensors({ roots, forward, chosen }: Simplified, { groups }: Fused): Set<Tensor> {
  const whole = new Set(roots.map(core));
  const ofGradient = new Set<Tensor>();
  const statistics = new Set<Tensor>();
  for (const t of reachable(roots)) {
    if (!isLeaf(t) && (!forward.has(t) || children(t).some((x) => ofGradient.has(x)))) ofGradient.add(t);
    if (isStatistic(t, statistics)) statistics.add(t);
  }
  const sums = ({ kind, anchor }: Group): boolean =>
    kind === 'reduce' || chosen.get(anchor)?.candidate.accumulates === true;
  const stored = groups.flatMap((group) => (sums(group) ? [] : group.outputs));
  return new Set(stored.filter((t) => t.dtype === 'f32' && ![whole, ofGradient, statistics].some((s) => s.has(t))));
}

/** `known` has those that `t` stands on. */
function isStatistic({ node }: Tensor, known: ReadonlySet<Tensor>): boolean {
  if (node.kind === 'reduce') return true;
  if (node.kind === 'result') return node.index > 0;
  if (node.kind === 'view') return known.has(node.x);
  const constant = (x: Tensor): boolean => x.node.kind === 'map' && x.node.xs.length === 0;
  return node.kind === 'map' && node.xs.some((x) => known.has(x)) && node.xs.every((x) => known.has(x) || constant(x));
}
