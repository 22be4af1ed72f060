import type { DType } from '../ir/dtype';
import { nodeKey } from '../ir/node-key';
import { sameShape } from '../ir/shape';
import { makeView, mapChildren, type NamedCall, type Node, reachable, substituteArgs, Tensor } from '../ir/tensor';
import { arg, constant, substitute, subterms } from '../ir/term';
import { isIdentityView, keepsOrder, mergeViews, viewShape } from '../ir/view';
import { base, core, isLeaf, isUniform } from './core';
import { Repeats, type Shaped, type Typed } from './repeats';
import type { Decision } from './tune/site';
import { type ChosenKernel, type WayOptions, Ways } from './ways';

export interface SimplifyOptions extends WayOptions {
  /** Elements: what is written by itself begins at a multiple of this in its pack. */
  readonly alignment: number;
  /** Elements of packs, by {@link packElement}, that are copied there and not computed there. */
  readonly apart?: ReadonlySet<string>;
}

/** A named call that is computed by its expansion, where a kernel could do it too. */
export interface ExpandedCall {
  readonly decision: Decision;
  /** Its arguments and those of its results that are read, in the rewritten graph. */
  readonly xs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

/** The named kernel that will compute each call that keeps its name. */
export type Chosen = Map<Tensor, ChosenKernel>;

/**
 * Rewrites the graph bottom-up: named calls without a kernel become their expansion, equal nodes become one, views merge,
 * constants move into terms, products of what repeats are computed once.
 */
export function simplify(roots: readonly Tensor[], options: SimplifyOptions): Simplified {
  const rewriter = new Rewriter(options);
  const { chosen, order, packs, kept } = rewriter;
  return {
    roots: roots.map((t) => rewriter.root(t)),
    made: rewriter.made,
    forward: rewriter.forward,
    chosen,
    expanded: rewriter.expandedCalls(),
    order,
    packs,
    kept,
  };
}

export interface Simplified {
  readonly roots: Tensor[];
  /** What each tensor of the traced program became. */
  readonly made: ReadonlyMap<Tensor, Tensor>;
  /** Rewritten tensors that do not belong to a gradient alone. */
  readonly forward: ReadonlySet<Tensor>;
  readonly chosen: Chosen;
  readonly expanded: readonly ExpandedCall[];
  readonly order: ReadonlyMap<Tensor, number>;
  /** Each pack's id in the traced program. */
  readonly packs: ReadonlyMap<Tensor, number>;
  /** What has to live in memory because the program says so. */
  readonly kept: ReadonlySet<Tensor>;
}

/** Element `index` of the pack that the traced program calls `id`. */
export const packElement = (id: number, index: number): string => `${id}:${index}`;

type Pack = Extract<Node, { kind: 'pack' }>;

class Rewriter {
  readonly chosen: Chosen = new Map();
  /** Position in the traced program: kernels run in about the order in which their author wrote them. */
  readonly order = new Map<Tensor, number>();
  readonly made = new Map<Tensor, Tensor>();
  readonly forward = new Set<Tensor>();
  readonly packs = new Map<Tensor, number>();
  readonly kept = new Set<Tensor>();
  private readonly packed = new Set<Tensor>();
  private readonly ways: Ways;
  /** Those results of expanded calls that are read, rewritten. */
  private readonly expandedResults = new Map<Tensor, Set<Tensor>>();
  private readonly byKey = new Map<string, Tensor>();
  private readonly repeats = new Repeats(
    (node, of, like) => this.noted(this.unique(this.reduced(node, of.dtype), like, of), like),
    (t) => this.kept.has(t),
  );
  /** Computed once and read as often as they repeat. */
  private readonly once = new Set<Tensor>();

  constructor(private readonly options: SimplifyOptions) {
    this.ways = new Ways(options);
  }

  rewrite(root: Tensor): Tensor {
    const next = (t: Tensor): readonly Tensor[] => {
      if (this.made.has(t)) return [];
      if (t.node.kind === 'result') {
        const named = t.node.of.node;
        if (named.kind === 'named' && !this.ways.of(t.node.of).kernel) return [named.call.expansion[t.node.index]!];
        return [t.node.of];
      }
      return childrenOfNode(t.node);
    };
    for (const t of reachable([root], next)) if (!this.made.has(t)) this.made.set(t, this.visit(t));
    return this.made.get(root)!;
  }

  /** The rewritten `t`, in memory of its own. */
  root(t: Tensor): Tensor {
    const made = this.rewrite(t);
    return isLeaf(core(made)) ? this.copy(made) : made;
  }

  private copy(x: Tensor): Tensor {
    const made = new Tensor({ kind: 'map', term: arg(0, x.dtype), xs: [x] }, x.shape, x.dtype);
    this.order.set(made, this.order.get(x)!);
    return made;
  }

  /** A tensor can be computed right where a pack wants it only if it is computed, and only for one pack. */
  private placedForPack(x: Tensor): Tensor {
    const made = core(x);
    const direct = !isLeaf(made) && made.node.kind !== 'pack' && !this.packed.has(made);
    const placed = direct ? x : this.copy(x);
    this.packed.add(core(placed));
    return placed;
  }

  /** Equal calls that were expanded are one. */
  expandedCalls(): ExpandedCall[] {
    const found = new Map<string, ExpandedCall>();
    for (const [named, results] of this.expandedResults) {
      const { xs } = (named.node as Extract<Node, { kind: 'named' }>).call;
      const decision = this.ways.of(named).expansion!;
      const ids = [...results].map(({ id }) => id).join(',');
      found.set(`${decision.key} ${ids}`, {
        decision,
        results: [...results],
        // An argument that the expansion does not read may not be there.
        xs: xs.flatMap((x) => this.made.get(x) ?? []),
      });
    }
    return [...found.values()];
  }

  private visit(t: Tensor): Tensor {
    const { node } = t;
    if (node.kind === 'stop') return this.made.get(node.x)!;
    if (node.kind === 'stored') return this.keptInMemory(this.made.get(node.x)!);
    if (node.kind === 'result' && !this.ways.of(node.of).kernel) return this.expandedResult(node);
    const moved = mapChildren(node, (x) => this.made.get(x)!);
    if (moved.kind === 'pack') return this.pack(moved, t);
    if (moved.kind === 'named') return this.named(moved.call, t);
    const { node: least, shape } = this.withoutRepeats(moved, t);
    const made = this.noted(this.unique(this.reduced(least, t.dtype), t, { shape, dtype: t.dtype }), t);
    if (sameShape(shape, t.shape)) return made;
    this.once.add(made);
    const repeated: Node = { kind: 'view', view: { kind: 'broadcast', shape: t.shape }, x: made };
    return this.noted(this.unique(this.reducedView(repeated), t), t);
  }

  private noted(made: Tensor, like: Tensor): Tensor {
    if (!like.ofGradient) this.forward.add(made);
    return made;
  }

  private pack(node: Pack, like: Tensor): Tensor {
    const made = this.noted(this.unique(this.placedPack(node, like), like), like);
    if (made.node.kind === 'pack') this.packs.set(made, like.id);
    return made;
  }

  private named(call: NamedCall, like: Tensor): Tensor {
    const rows = this.options.generic ? undefined : this.repeats.rows(call, like);
    const way = rows && this.ways.kernelOf(rows);
    const made = this.noted(this.unique({ kind: 'named', call: way ? rows : call }, like), like);
    this.chosen.set(made, way ?? this.ways.of(like).kernel!);
    return made;
  }

  /** The node and its shape, shorter where it need not be computed for each repeat. */
  private withoutRepeats(node: Node, like: Tensor): Shaped {
    const { shape } = like;
    if (node.kind === 'result') {
      const { call } = node.of.node as Extract<Node, { kind: 'named' }>;
      return { node, shape: call.expansion[node.index]!.shape };
    }
    if (this.options.generic) return { node, shape };
    if (node.kind === 'contract') return this.repeats.contract(node, like) ?? { node, shape };
    if (node.kind === 'reduce') return this.repeats.reduce(node, like) ?? { node, shape };
    const stands = node.kind === 'map' && node.xs.some((x) => this.once.has(base(x)));
    return (stands && this.repeats.map(node, like)) || { node, shape };
  }

  private keptInMemory(x: Tensor): Tensor {
    this.kept.add(core(x));
    return x;
  }

  private expandedResult({ index, of }: Extract<Node, { kind: 'result' }>): Tensor {
    const made = this.made.get((of.node as Extract<Node, { kind: 'named' }>).call.expansion[index]!)!;
    if (!this.ways.of(of).expansion) return made;
    const results = this.expandedResults.get(of) ?? new Set();
    this.expandedResults.set(of, results.add(made));
    return made;
  }

  private reduced(node: Node, dtype: DType): Node | Tensor {
    if (node.kind === 'view') return this.reducedView(node);
    if (node.kind === 'map') return reducedMap(node, dtype);
    return node;
  }

  private placedPack(node: Pack, like: Tensor): Node {
    const { alignment, apart } = this.options;
    if (node.segments.some(({ offset }) => offset % alignment !== 0)) return this.packAsConcat(node, like);
    const xs = node.xs.map((x, i) => (apart?.has(packElement(like.id, i)) ? this.copy(x) : this.placedForPack(x)));
    return { ...node, xs };
  }

  /** Segments that cannot be written by themselves are written by one kernel that knows all of them. */
  private packAsConcat({ segments, xs }: Pack, like: Tensor): Node {
    const pieces: Tensor[] = [];
    const zeros = (count: number): void => {
      if (count > 0) pieces.push(new Tensor({ kind: 'map', term: constant(0), xs: [] }, [count], 'f32'));
    };
    let at = 0;
    segments
      .map((segment, i) => ({ segment, x: xs[i]! }))
      .sort((a, b) => a.segment.offset - b.segment.offset)
      .forEach(({ segment, x }) => {
        zeros(segment.offset - at);
        pieces.push(x.rank === 1 ? x : makeView(x, { kind: 'reshape', shape: [segment.size] }));
        at = segment.offset + segment.size;
      });
    zeros(like.size - at);
    for (const piece of pieces) if (!this.order.has(piece)) this.order.set(piece, like.id);
    return { kind: 'concat', axis: 0, xs: pieces };
  }

  private reducedView(node: Extract<Node, { kind: 'view' }>): Node | Tensor {
    const { view, x } = node;
    if (isIdentityView(view, x.shape)) return x;
    const shape = viewShape(view, x.shape);
    // Views that keep the order of the elements are all spelled as one reshape.
    const spelled = view.kind !== 'reshape' && keepsOrder(view, x.shape) ? ({ kind: 'reshape', shape } as const) : view;
    if (x.node.kind === 'view' && !this.kept.has(x)) {
      const merged = mergeViews(x.node.view, spelled);
      if (merged) return this.reducedView({ kind: 'view', view: merged, x: x.node.x });
    }
    // A constant is the same under every view that adds nothing else.
    if (isUniform(x) && (view.kind !== 'pad' || isConstant(x, view.value))) return x.node;
    return { kind: 'view', view: spelled, x };
  }

  private unique(node: Node | Tensor, like: Tensor, { shape, dtype }: Typed = like): Tensor {
    if (node instanceof Tensor) return node;
    const leaf = node.kind === 'input' || node.kind === 'state' || node.kind === 'literal';
    const key = `${leaf ? 0 : like.copy}|${nodeKey(node, (x) => x.id)}|${shape}|${dtype}`;
    const known = this.byKey.get(key);
    if (known) {
      this.order.set(known, Math.min(this.order.get(known)!, like.id));
      return known;
    }
    const made = relabel(new Tensor(node, shape, dtype), like.path);
    this.byKey.set(key, made);
    this.order.set(made, like.id);
    return made;
  }
}

const isConstant = ({ node }: Tensor, value: number): boolean =>
  node.kind === 'map' && node.term.kind === 'const' && node.term.value === value;

const relabel = (t: Tensor, path: string): Tensor => Object.assign(t, { path });

const childrenOfNode = (node: Node): readonly Tensor[] => {
  const list: Tensor[] = [];
  mapChildren(node, (x) => {
    list.push(x);
    return x;
  });
  return list;
};

/** Moves constant arguments into the term, drops arguments that are unread or repeated. */
function reducedMap(node: Extract<Node, { kind: 'map' }>, dtype: DType): Node | Tensor {
  const inlined = node.xs.map((x, i) =>
    isUniform(x) ? (x.node as Extract<Node, { kind: 'map' }>).term : arg(i, x.dtype),
  );
  const term = substituteArgs(node.term, inlined);
  const used = subterms(term).flatMap((t) => (t.kind === 'arg' ? [t.index] : []));
  const kept = [...new Set(used.map((i) => node.xs[i]!))].sort((a, b) => a.id - b.id);
  const renumbered = substitute(term, (leaf) => {
    return leaf.kind === 'arg' ? arg(kept.indexOf(node.xs[leaf.index]!), node.xs[leaf.index]!.dtype) : leaf;
  });
  if (renumbered.kind === 'arg' && renumbered.type === dtype) return kept[renumbered.index]!;
  return { kind: 'map', term: renumbered, xs: kept };
}
