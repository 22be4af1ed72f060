import type { Tensor } from '../ir/tensor';
import { subterms } from '../ir/term';
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

/** A constant or a step scalar, the same for every element: cheaper to write out than to load. */
export const isUniform = (t: Tensor): boolean =>
  t.node.kind === 'map' && t.node.xs.length === 0 && subterms(t.node.term).every((s) => s.kind !== 'coord');
