import { children, reachable, type Tensor } from '../ir/tensor';
import { base } from './core';
import type { ExpandedCall } from './simplify';

/**
 * What computing the results of an expanded call takes, from its arguments on. An argument may be read through other
 * views than those that the call was given, so a tensor that shows the same values as an argument ends the walk.
 */
export function tensorsOf({ results, xs }: Pick<ExpandedCall, 'results' | 'xs'>): ReadonlySet<Tensor> {
  const given = new Set(xs.map(base));
  const inner = (t: Tensor): readonly Tensor[] => children(t).filter((x) => !given.has(base(x)));
  return new Set(reachable(results, inner));
}
