import { derivative } from '../ir/derivative';
import type { Shape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { arg, binary, substitute, subterms, type Term } from '../ir/term';
import type { View } from '../ir/view';
import { contract, einsum } from '../ops/contract';
import { dilate } from '../ops/dilate';
import { add, cast, div, equal, mapTerm, mul } from '../ops/elementwise';
import { oneHot } from '../ops/gather';
import { sum } from '../ops/reduce';
import { broadcastTo, narrow, pad, permute, reshape, slice } from '../ops/view';

export type Adjoint = (t: Tensor, d: Tensor | undefined) => void;

/** Passes the adjoint `d` of `t` on to the tensors that `t` reads. One rule per node kind. */
export function nodeRules(t: Tensor, d: Tensor, give: Adjoint): void {
  const { node } = t;
  switch (node.kind) {
    case 'map':
      node.xs.forEach((x, i) => {
        if (x.dtype === 'f32') give(x, mapAdjoint(t, d, i));
      });
      return;
    case 'reduce':
      give(node.x, reduceAdjoint(node.op, node.x, t, d, node.axes));
      return;
    case 'contract': {
      // The adjoint of a contraction is a contraction with the roles of its letters permuted.
      const { a, b, spec } = node;
      give(a, contract({ a: spec.out, b: spec.b, out: spec.a }, d, b));
      give(b, contract({ a: spec.a, b: spec.out, out: spec.b }, a, d));
      return;
    }
    case 'stored':
      give(node.x, d);
      return;
    case 'view':
      give(node.x, viewAdjoint(node.view, node.x.shape, d));
      return;
    case 'concat': {
      let from = 0;
      for (const x of node.xs) {
        give(x, narrow(d, node.axis, from, x.shape[node.axis]!));
        from += x.shape[node.axis]!;
      }
      return;
    }
    case 'gather': {
      const { table, index } = node;
      const rows = table.shape[0]!;
      const picked = reshape(oneHot(index, rows), [index.size, rows]);
      const flat = einsum('in,ir->nr', picked, reshape(d, [index.size, table.size / rows]));
      give(table, reshape(flat, table.shape));
      return;
    }
    case 'pack':
      node.xs.forEach((x, i) => {
        const { offset, size } = node.segments[i]!;
        give(x, reshape(slice(d, [offset], [size]), x.shape));
      });
      return;
    default:
      return;
  }
}

function mapAdjoint(t: Tensor, d: Tensor, index: number): Tensor | undefined {
  if (t.node.kind !== 'map') return undefined;
  const { xs, term } = t.node;
  const partial = derivative(term, index);
  if (partial.kind === 'const' && partial.value === 0) return undefined;
  const adjoint = binary('mul', arg(xs.length), partial);
  // Arguments that the derivative no longer reads would keep tensors alive for nothing.
  const used = new Set(subterms(adjoint).flatMap((s) => (s.kind === 'arg' ? [s.index] : [])));
  const kept = [...xs, d].map((x, i) => ({ x, i })).filter(({ i }) => used.has(i));
  return mapTerm(
    'gradient',
    renumber(adjoint, kept),
    kept.map((k) => k.x),
  );
}

function renumber(term: Term, kept: readonly { x: Tensor; i: number }[]): Term {
  const at = new Map(kept.map(({ i, x }, to) => [i, arg(to, x.dtype)]));
  return substitute(term, (leaf) => (leaf.kind === 'arg' ? at.get(leaf.index)! : leaf));
}

function reduceAdjoint(op: string, x: Tensor, y: Tensor, d: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const spread = (v: Tensor): Tensor => broadcastTo(reshape(v, kept), x.shape);
  if (op === 'sum') return spread(d);
  // Equal extremes share the gradient.
  const hit = cast(equal(x, spread(y)), 'f32');
  return mul(hit, spread(div(d, sum(hit, axes))));
}

function viewAdjoint(view: View, source: Shape, d: Tensor): Tensor {
  switch (view.kind) {
    case 'reshape':
      return reshape(d, source);
    case 'permute': {
      const inverse = new Array<number>(view.order.length);
      view.order.forEach((axis, i) => {
        inverse[axis] = i;
      });
      return permute(d, inverse);
    }
    case 'broadcast': {
      const stretched = source.flatMap((n, i) => (n === 1 && view.shape[i] !== 1 ? [i] : []));
      return sum(d, stretched, { keepDims: true });
    }
    case 'slice': {
      const spaced = dilate(d, view.step);
      const after = source.map((n, i) => n - view.start[i]! - spaced.shape[i]!);
      return pad(spaced, view.start, after);
    }
    case 'pad':
      return slice(d, view.before, source);
    case 'window':
      return windowAdjoint(view, source, d);
  }
}

/** Overlapping windows add up: one dilated, shifted copy per position inside the window. */
function windowAdjoint(view: Extract<View, { kind: 'window' }>, source: Shape, d: Tensor): Tensor {
  const { axis, size, stride } = view;
  let total: Tensor | undefined;
  for (let w = 0; w < size; w++) {
    const one = narrow(d, axis + 1, w, 1);
    const line = reshape(one, [...d.shape.slice(0, axis + 1), ...d.shape.slice(axis + 2)]);
    const spaced = dilate(
      line,
      line.shape.map((_, i) => (i === axis ? stride : 1)),
    );
    const before = source.map((_, i) => (i === axis ? w : 0));
    const after = source.map((n, i) => (i === axis ? n - w - spaced.shape[i]! : 0));
    const placed = pad(spaced, before, after);
    total = total ? add(total, placed) : placed;
  }
  return total!;
}
