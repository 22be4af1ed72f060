import { children, reachable, type Tensor } from '../ir/tensor';
import { subterms } from '../ir/term';
import { keepsOrder } from '../ir/view';
import { core, isLeaf, isUniform } from './core';
import type { Simplified } from './simplify';

/** Tensors computed by one kernel (or one named kernel's stages). */
export interface Group {
  readonly kind: 'pointwise' | 'reduce' | 'contract' | 'named';
  /** The reduce, the contract, the named call; of a pointwise group its only output. */
  readonly anchor: Tensor;
  /** Stored tensors. All but those of named groups have the anchor's elements in the anchor's order. */
  readonly outputs: readonly Tensor[];
  /** Stored tensors and leaves that the kernel loads. */
  readonly loads: readonly Tensor[];
}

export interface Fused {
  /** In an order in which every group finds its loads ready. */
  readonly groups: readonly Group[];
  /** Everything that lives in memory: leaves and outputs of groups. */
  readonly stored: ReadonlySet<Tensor>;
}

/**
 * Decides what is stored and what is computed inside its reader. Contractions and reductions take the elementwise chain
 * behind them as an epilogue; other elementwise values that one reader reads once are computed there.
 */
export function fuse({ roots, order, kept }: Simplified, maxLoads: number): Fused {
  return new Fusion(roots, order, kept, maxLoads).run();
}

/** One reading of a tensor by something that is not a view. */
interface Use {
  readonly by: Tensor;
  /** The reader sees the elements in their own order, each once. */
  readonly inOrder: boolean;
}

const CHEAP_TERM = 4;

class Fusion {
  private readonly nodes: Tensor[];
  private readonly position: Map<Tensor, number>;
  /** What the program wants in memory: its results, and what it says is stored. */
  private readonly wanted: ReadonlySet<Tensor>;
  private readonly uses = new Map<Tensor, Use[]>();
  private readonly stored = new Set<Tensor>();
  /** Elementwise tensors computed in the epilogue of an anchor. */
  private readonly epilogueOf = new Map<Tensor, Tensor>();
  private readonly chains = new Map<Tensor, Tensor[]>();

  constructor(
    roots: readonly Tensor[],
    private readonly order: ReadonlyMap<Tensor, number>,
    kept: ReadonlySet<Tensor>,
    private readonly maxLoads: number,
  ) {
    this.nodes = reachable(roots);
    const asked = new Set([...roots.map(core), ...kept]);
    this.wanted = new Set(this.nodes.filter((t) => asked.has(t) && !isLeaf(t)));
    this.position = new Map(this.nodes.map((t, i) => [t, i]));
  }

  run(): Fused {
    this.collectUses();
    this.storeWhatMustBe();
    for (const t of this.nodes) if (t.node.kind === 'contract' || t.node.kind === 'reduce') this.growEpilogue(t);
    this.storeShared();
    this.limitEpilogues();
    this.limitLoads();
    return { groups: this.sorted(this.groups()), stored: this.stored };
  }

  private collectUses(): void {
    const add = (x: Tensor, use: Use): void => {
      const list = this.uses.get(x);
      if (list) list.push(use);
      else this.uses.set(x, [use]);
    };
    const readThroughViews = (x: Tensor, by: Tensor, inOrderItself = true): void => {
      let at = x;
      let inOrder = inOrderItself;
      add(at, { by, inOrder });
      while (at.node.kind === 'view' && !this.wanted.has(at)) {
        inOrder &&= keepsOrder(at.node.view, at.node.x.shape);
        at = at.node.x;
        add(at, { by, inOrder });
      }
    };
    for (const t of this.nodes) if (t.node.kind !== 'view') for (const x of children(t)) readThroughViews(x, t);
    // A view in memory of its own is computed, and reads like any other.
    for (const t of this.wanted) {
      if (t.node.kind !== 'view') continue;
      const { view, x } = t.node;
      readThroughViews(x, t, keepsOrder(view, x.shape));
    }
  }

  private storeWhatMustBe(): void {
    for (const t of this.nodes) {
      const { node } = t;
      if (isLeaf(t) || node.kind === 'reduce' || node.kind === 'contract' || node.kind === 'result') this.stored.add(t);
      if (node.kind === 'concat' || node.kind === 'pack') this.stored.add(t);
      if (node.kind === 'contract') for (const x of [node.a, node.b]) this.stored.add(this.source(x));
      if (node.kind === 'named') for (const x of node.call.xs) if (!isUniform(x)) this.stored.add(core(x));
      if (node.kind === 'pack') for (const x of node.xs) this.stored.add(core(x));
    }
    for (const t of this.wanted) this.stored.add(t);
  }

  /** The tensor in memory that `t`, where it is loaded, is a view of. */
  private source(t: Tensor): Tensor {
    let at = t;
    while (at.node.kind === 'view' && !this.wanted.has(at)) at = at.node.x;
    return at;
  }

  /** Elementwise readers of an anchor's elements, in order, join its kernel while nothing else they read waits for it. */
  private growEpilogue(anchor: Tensor): void {
    const chain = [anchor];
    const loads = new Set<Tensor>();
    for (let at = anchor; ; ) {
      const next = this.readers(at)
        .filter((f) => f.node.kind === 'map' && f.size === anchor.size && !this.epilogueOf.has(f))
        .sort((a, b) => this.order.get(a)! - this.order.get(b)!)
        .find((f) => this.canJoin(f, chain, loads));
      if (!next) break;
      for (const t of this.reads(next, chain)) loads.add(t);
      chain.push(next);
      this.epilogueOf.set(next, anchor);
      at = next;
    }
    this.chains.set(anchor, chain);
    chain.forEach((t, i) => {
      const follower = chain[i + 1];
      const outside = (this.uses.get(t) ?? []).some((u) => u.by !== follower || !u.inOrder);
      const required = this.stored.has(t) && t !== anchor;
      if (!follower || outside || required || this.wanted.has(t)) this.stored.add(t);
      else this.stored.delete(t);
    });
  }

  private readers(t: Tensor): Tensor[] {
    return [...new Set((this.uses.get(t) ?? []).filter((u) => u.inOrder).map((u) => u.by))];
  }

  private canJoin(f: Tensor, chain: readonly Tensor[], loads: ReadonlySet<Tensor>): boolean {
    const anchor = chain[0]!;
    const limit = this.position.get(anchor)!;
    const total = new Set([...loads, ...this.reads(f, chain)]);
    if (total.size + chain.length + 3 > this.maxLoads) return false;
    // Everything but the chain itself must be ready before the anchor runs, and without putting the anchor off: what it
    // stands on would have to be kept meanwhile.
    const start = this.order.get(anchor)!;
    return children(f).every((x) => {
      if (chain.includes(core(x))) return true;
      if (this.isLate(x, start)) return false;
      const seen = new Set<Tensor>();
      const waits = (t: Tensor): boolean => {
        if (t === anchor || this.epilogueOf.get(t) === anchor) return true;
        if (seen.has(t) || this.position.get(t)! < limit) return false;
        seen.add(t);
        return children(t).some(waits);
      };
      return !waits(x);
    });
  }

  /** True where `t` stands on a sum, or on a named kernel, that its author wrote after `start`. */
  private isLate(t: Tensor, start: number): boolean {
    const seen = new Set<Tensor>();
    const visit = (x: Tensor): boolean => {
      const { kind } = x.node;
      const anchor = kind === 'contract' || kind === 'reduce' || kind === 'named';
      if (anchor && this.order.get(x)! > start) return true;
      if (seen.has(x) || anchor || isLeaf(x)) return false;
      seen.add(x);
      return children(x).some(visit);
    };
    return visit(t);
  }

  /** Stored tensors that computing `t` in place would load. */
  private reads(t: Tensor, inside: readonly Tensor[]): Set<Tensor> {
    const found = new Set<Tensor>();
    const visit = (x: Tensor): void => {
      if (inside.includes(x)) return;
      if (this.stored.has(x)) found.add(x);
      else for (const y of children(x)) visit(y);
    };
    for (const x of children(t)) visit(x);
    return found;
  }

  /** Values with several readers are stored, but for those that cost no more to compute than to load. */
  private storeShared(): void {
    for (const t of this.nodes) {
      const { kind } = t.node;
      if (kind !== 'map' && kind !== 'random' && kind !== 'gather') continue;
      if (this.stored.has(t) || this.epilogueOf.has(t)) continue;
      const uses = this.uses.get(t) ?? [];
      const once = uses.length === 1 && (uses[0]!.inOrder || t.size >= uses[0]!.by.size);
      if (!once && !isCheap(t)) this.stored.add(t);
    }
  }

  /** Buffers that the kernel of an anchor is given, but for the step scalars. */
  private operandsOf(anchor: Tensor): number {
    const outputs = this.chains.get(anchor)!.filter((x) => this.stored.has(x));
    return this.loadsOf(anchor, outputs).length + outputs.length;
  }

  /**
   * The last of an epilogue is computed apart where the kernel would be given too many buffers, though its sum were the only
   * thing that it loads beside what the epilogue does.
   */
  private limitEpilogues(): void {
    for (const [anchor, chain] of this.chains) {
      const own = this.reads(anchor, []).size - children(anchor).length;
      while (chain.length > 1 && this.operandsOf(anchor) - Math.max(0, own) > this.maxLoads) {
        this.epilogueOf.delete(chain.pop()!);
        this.stored.add(chain.at(-1)!);
      }
    }
  }

  /**
   * A kernel may be given only so many buffers: the widest of its inlined arguments are stored until it fits. A concat is no
   * matter here: it is written by several kernels where one does not do.
   */
  private limitLoads(): void {
    for (const t of this.nodes) {
      const { kind } = t.node;
      if (kind !== 'map' && kind !== 'gather' && kind !== 'random' && kind !== 'reduce') continue;
      if (this.epilogueOf.has(t)) continue;
      const bound = (): number => (kind === 'reduce' ? this.operandsOf(t) : this.reads(t, []).size + 2);
      const args = [...children(t)].sort((a, b) => this.reads(b, []).size - this.reads(a, []).size);
      for (const x of args) {
        if (bound() <= this.maxLoads) break;
        this.stored.add(this.source(x));
      }
    }
  }

  private groups(): Group[] {
    const groups: Group[] = [];
    for (const t of this.nodes) {
      const { node } = t;
      if (node.kind === 'contract' || node.kind === 'reduce') {
        const outputs = this.chains.get(t)!.filter((x) => this.stored.has(x));
        groups.push({ kind: node.kind, anchor: t, outputs, loads: this.loadsOf(t, outputs) });
      } else if (node.kind === 'named') {
        const outputs = this.nodes.filter((r) => r.node.kind === 'result' && r.node.of === t);
        groups.push({ kind: 'named', anchor: t, outputs, loads: [...this.reads(t, [])] });
      } else if (
        this.stored.has(t) &&
        !isLeaf(t) &&
        node.kind !== 'result' &&
        node.kind !== 'pack' &&
        !this.epilogueOf.has(t)
      ) {
        groups.push({ kind: 'pointwise', anchor: t, outputs: [t], loads: [...this.reads(t, [])] });
      }
    }
    return groups;
  }

  private loadsOf(anchor: Tensor, outputs: readonly Tensor[]): Tensor[] {
    const chain = this.chains.get(anchor)!;
    const found = this.reads(anchor, []);
    for (const t of [...chain.slice(1), ...outputs])
      if (t !== anchor) for (const x of this.reads(t, chain)) found.add(x);
    return [...found];
  }

  private sorted(groups: readonly Group[]): Group[] {
    const maker = new Map<Tensor, Group>();
    for (const g of groups) for (const t of g.outputs) maker.set(t, g);
    const byOrder = [...groups].sort((a, b) => this.order.get(a.anchor)! - this.order.get(b.anchor)!);
    const done = new Set<Group>();
    const out: Group[] = [];
    const visit = (g: Group): void => {
      if (done.has(g)) return;
      done.add(g);
      for (const t of g.loads) {
        // A pack is ready when every tensor laid into it is.
        for (const x of t.node.kind === 'pack' ? t.node.xs.map(core) : [t]) {
          const m = maker.get(x);
          if (m) visit(m);
        }
      }
      out.push(g);
    };
    for (const g of byOrder) visit(g);
    return out;
  }
}

function isCheap(t: Tensor): boolean {
  return t.node.kind === 'map' && t.node.xs.length <= 1 && subterms(t.node.term).length <= CHEAP_TERM;
}
