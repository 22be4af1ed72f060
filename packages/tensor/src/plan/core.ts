import type { Tensor } from '../ir/tensor';
import { keepsOrder } from '../ir/view';

export const isLeaf = (t: Tensor): boolean =>
  t.node.kind === 'input' || t.node.kind === 'state' || t.node.kind === 'literal';

/** The tensor whose elements, in the same order, `t` shows. */
export function core(t: Tensor): Tensor {
  let at = t;
  while (at.node.kind === 'view' && keepsOrder(at.node.view, at.node.x.shape)) at = at.node.x;
  return at;
}

/** The tensor that `t` is a view of. */
export function base(t: Tensor): Tensor {
  let at = t;
  while (at.node.kind === 'view') at = at.node.x;
  return at;
}
