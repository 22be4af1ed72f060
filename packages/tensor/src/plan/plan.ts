import { DeviceError } from '../errors';
import { BYTES_PER_ELEMENT, type DType, type StorageType, storageBytes, type TypedArray } from '../ir/dtype';
import { type Graph, stateShape } from '../ir/program';
import { sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import type { Candidate } from './candidate';
import { core, isLeaf } from './core';
import { tensorsOf } from './expanded';
import { type Fused, fuse, type Group } from './fuse';
import { halfTensors } from './half';
import type { Kernel } from './kernel';
import { layOutOnce } from './layouts';
import {
  type AssignedMemory,
  assignBuffers,
  assignRanges,
  type BufferName,
  boundBytes,
  type Lifetime,
  liveBound,
  type Place,
  place,
} from './memory';
import { packElement, type Simplified, simplify } from './simplify';
import type { GroupValues, Target } from './target';
import { type Choices, decide, type Site, siteKey, type TemporaryStorage } from './tune/site';

export interface PlanOptions {
  /** Lower every node by the generic rules alone: the reference for differential tests of kernels. */
  readonly generic?: boolean;
  /**
   * Use this kernel, by name, for every call of the definition named, and for `contract` this form of every contraction,
   * whatever the rules say of this target; for tests and benchmarks.
   */
  readonly variants?: Readonly<Record<string, string>>;
  /**
   * The candidate for each site by the site's key, see {@link Plan.sites}; names that a site does not have are passed
   * over. Absent, those that come with the engine for this target; an empty map gives the choices by rule alone.
   */
  readonly choices?: Choices;
  /**
   * 'f16' keeps the values of the forward pass that live in temporary memory as 16-bit floats, see {@link Plan.half}:
   * about half the memory of what is kept for the gradient. All arithmetic and all sums stay f32, and so do inputs,
   * states, outputs, gradients, optimizer values and statistics such as means and log-sum-exps. Values are rounded to
   * nearest, and those beyond ±65504 become that. Needs a target with halves. 'f32' unless given.
   */
  readonly storage?: TemporaryStorage;
}

/** A copy after the last kernel, for states that could not be written in place. */
export interface FinalCopy {
  readonly from: Place;
  readonly to: Place;
}

/** Everything a program does, as data: no buffer exists and nothing is compiled yet. */
export interface Plan<Code = unknown> {
  readonly kernels: readonly Kernel<Code>[];
  /**
   * Bytes of each layout of a state that is kept over runs. The first kernels make them, one each: they need not run where no
   * such state was written since they last did.
   */
  readonly kept: readonly number[];
  /**
   * Where there was a choice: contractions, named calls that keep their name, and those that were expanded though a
   * kernel could compute them. Kernels of an expansion may be of several sites: contractions are sites of their own, and
   * two calls may share a value.
   */
  readonly sites: readonly Site[];
  readonly copies: readonly FinalCopy[];
  readonly outputs: Readonly<Record<string, Place>>;
  /** Bytes of each temporary buffer; one at most on targets that share buffers. */
  readonly slots: readonly number[];
  /** The most bytes in temporary buffers that live at one time: `slots` add up to this or more. */
  readonly liveBound: number;
  readonly packs: readonly number[];
  /** Tensors of the traced program whose values are rounded to 16-bit floats; for the oracle. */
  readonly half: ReadonlySet<Tensor>;
  /** Constant data, uploaded once. */
  readonly data: readonly TypedArray[];
  readonly scalars: readonly string[];
}

/** @throws DeviceError when the target cannot store as `options.storage` asks */
export function makePlan<Code>(graph: Graph, target: Target<Code>, options: PlanOptions = {}): Plan<Code> {
  const { limits, profile } = target;
  if (options.storage === 'f16' && !profile.halves) {
    const name = profile.description || profile.vendor || 'this adapter';
    throw new DeviceError(`storage 'f16': ${name} keeps no 16-bit floats; expected storage 'f32'`);
  }
  const names = [...Object.keys(graph.outputs), ...Object.keys(graph.assigns)];
  const given = [...Object.values(graph.outputs), ...Object.values(graph.assigns)];
  const choices = options.choices ?? target.defaults;
  const apart = new Set<string>();
  for (;;) {
    const simplified = simplify(given, {
      candidates: (call) => target.candidates(call),
      alignment: limits.alignment,
      generic: options.generic ?? false,
      ...(options.variants && { variants: options.variants }),
      choices,
      storage: options.storage ?? 'f32',
      apart,
    });
    // One buffer is left for the step scalars.
    const fused = fuse(simplified, limits.operands - 1);
    const read = limits.sharedBuffers ? [] : elementsReadBesideWrites(simplified, fused);
    if (read.length === 0) return new Planner(graph, target, options, choices, simplified, fused, names).run();
    for (const element of read) apart.add(element);
  }
}

/**
 * Elements of packs that a group reads which writes other elements of the same pack: where no kernel may read some parts
 * of a buffer and write others, these have to live apart from the pack.
 */
function elementsReadBesideWrites({ packs }: Simplified, { groups }: Fused): string[] {
  const found: string[] = [];
  for (const [pack, id] of packs) {
    if (pack.node.kind !== 'pack') continue;
    const elements = new Map(pack.node.xs.map((x, i) => [core(x), i]));
    for (const { loads, outputs } of groups) {
      if (!outputs.some((t) => elements.has(t))) continue;
      for (const t of loads) {
        const index = elements.get(core(t));
        if (index !== undefined) found.push(packElement(id, index));
      }
    }
  }
  return found;
}

class Planner<Code> implements GroupValues {
  /** What lives in temporary memory; each has a buffer to itself until all lives are known. */
  private readonly lifetimes: Lifetime[] = [];
  private readonly packs: number[] = [];
  private readonly data: TypedArray[] = [];
  private readonly places = new Map<Tensor, Place>();
  private readonly scalars: string[];
  private readonly groupIndex = new Map<Tensor, number>();
  /** Those of `mayBeHalf` that have been given temporary memory. */
  private readonly half = new Set<Tensor>();
  private readonly mayBeHalf: ReadonlySet<Tensor>;
  /** The group being lowered. */
  private now = 0;
  /** Lifetimes that the group being lowered has added for itself alone. */
  private firstScratch = 0;

  constructor(
    private readonly graph: Graph,
    private readonly target: Target<Code>,
    private readonly options: PlanOptions,
    private readonly choices: Choices,
    private readonly simplified: Simplified,
    private readonly fused: Fused,
    private readonly names: readonly string[],
  ) {
    this.scalars = [...(graph.spec.scalars ?? [])];
    this.mayBeHalf = options.storage === 'f16' ? halfTensors(simplified, fused) : new Set();
  }

  get generic(): boolean {
    return this.options.generic ?? false;
  }

  get variants(): Readonly<Record<string, string>> {
    return this.options.variants ?? {};
  }

  candidateOf(call: Tensor): Candidate {
    return this.simplified.chosen.get(call)!.candidate;
  }

  choose<C extends { readonly name: string }>(meaning: string, candidates: readonly C[]) {
    return decide(siteKey(meaning, this.options.storage ?? 'f32'), candidates, this.choices);
  }

  run(): Plan<Code> {
    const { groups, stored } = this.fused;
    groups.forEach((g, i) => {
      for (const t of g.outputs) this.groupIndex.set(t, i);
    });
    for (const t of stored) this.placeFixed(t);
    const roots = this.names.map((_, i) => this.simplified.roots[i]!);
    const outputCount = Object.keys(this.graph.outputs).length;
    const copies = this.placeAssigned(roots.slice(outputCount), outputCount);

    const lastUse = this.lastUses(roots);
    const lowered: Kernel<Code>[] = [];
    const sites: Site[] = [];
    const kernelsOf = new Map<Group, readonly number[]>();
    groups.forEach((group, i) => {
      this.now = i;
      for (const t of group.outputs) this.allocate(t, lastUse.get(t) ?? groups.length);
      this.firstScratch = this.lifetimes.length;
      const { kernels: own, decision: ofGroup } = this.target.lower(group, this);
      const indices = own.map((kernel) => lowered.push(kernel) - 1);
      kernelsOf.set(group, indices);
      const decision = this.simplified.chosen.get(group.anchor)?.decision ?? ofGroup;
      if (decision) sites.push({ ...decision, kernels: indices });
    });
    for (const call of this.simplified.expanded) {
      const inside = tensorsOf(call);
      const own = groups.filter(({ anchor }) => inside.has(anchor));
      sites.push({ ...call.decision, kernels: own.flatMap((group) => kernelsOf.get(group)!) });
    }
    const apart = this.laidOut(lowered, false);
    const shared = lowered.some(({ layout }) => layout) ? this.laidOut(lowered, true) : apart;
    const { kernels, kept, indices, lives, memory, sizes } = shared.bytes <= apart.bytes ? shared : apart;
    const final = (at: Place): Place => moved(at, memory);
    return {
      kernels: kernels.map((kernel) => ({
        ...kernel,
        operands: kernel.operands.map(({ place, writable }) => ({ place: final(place), writable })),
      })),
      sites: sites.map((site) => ({ ...site, kernels: site.kernels.map((i) => indices[i]!) })),
      kept,
      copies: copies.map(({ from, to }) => ({ from: final(this.placeOf(from)), to })),
      outputs: Object.fromEntries(
        this.names.slice(0, outputCount).map((name, i) => [name, final(this.placeOf(roots[i]!))]),
      ),
      slots: sizes,
      liveBound: liveBound(lives),
      packs: this.packs,
      half: new Set(
        [...this.simplified.made].filter(([, made]) => this.half.has(repeated(made))).map(([traced]) => traced),
      ),
      data: this.data,
      scalars: this.scalars,
    };
  }

  /** The kernels with what lives in temporary memory, and where. @param again see {@link layOutOnce} */
  private laidOut(lowered: readonly Kernel<Code>[], again: boolean) {
    const { graph, target } = this;
    const assigned = new Set(Object.keys(graph.assigns));
    const { lifetimes, ...laid } = layOutOnce(lowered, this.lifetimes, assigned, target, again);
    const slots = [...lifetimes.keys()].filter((slot) => lifetimes[slot]);
    const lives = slots.map((slot) => lifetimes[slot]!);
    const { alignment, sharedBuffers } = target.limits;
    const { places, sizes } = sharedBuffers ? assignRanges(lives, alignment * BYTES_PER_ELEMENT) : assignBuffers(lives);
    const memory = new Map(slots.map((slot, i) => [slot, places[i]!]));
    return { ...laid, lives, memory, sizes, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  isStored(t: Tensor): boolean {
    return this.fused.stored.has(t);
  }

  /** True where the values of `t`, a tensor in memory, are those of 16-bit floats. */
  isHalf(t: Tensor): boolean {
    return this.half.has(t);
  }

  /** Where the elements of `t` lie, in its own order. */
  placeOf(t: Tensor): Place {
    const found = this.places.get(this.isStored(t) ? t : core(t));
    if (!found) throw new Error(`${t.describe()} has no memory`);
    return { ...found, dtype: t.dtype, storage: found.storage === 'f16' ? 'f16' : t.dtype };
  }

  scalar(name: string): Place {
    const at = this.scalars.indexOf(name);
    if (at < 0) throw new RangeError(`scalar '${name}' is read but not declared`);
    return place({ kind: 'scalars' }, at, 1, 'f32');
  }

  /** Memory for the kernels of the group at hand only. */
  scratch(elements: number, dtype: DType): Place {
    return this.temporary(elements, this.now, dtype);
  }

  /** Takes back all that `scratch` gave to the group at hand. */
  dropScratch(): void {
    this.lifetimes.length = this.firstScratch;
  }

  constant(values: TypedArray): Place {
    const known = this.data.indexOf(values);
    const at = known >= 0 ? known : this.data.push(values) - 1;
    return place({ kind: 'data', index: at }, 0, values.length, values instanceof Float32Array ? 'f32' : 'u32');
  }

  /** Leaves lie where their name says, packs and what is laid into them in a buffer of their own. */
  private placeFixed(t: Tensor): void {
    const { node } = t;
    if (node.kind === 'input') this.places.set(t, place({ kind: 'input', name: node.name }, 0, t.size, t.dtype));
    if (node.kind === 'state') {
      this.places.set(t, place({ kind: 'state', name: node.name }, node.offset, t.size, t.dtype));
    }
    if (node.kind === 'literal') this.places.set(t, this.constant(node.data));
    if (node.kind !== 'pack') return;
    const buffer: BufferName = { kind: 'pack', index: this.packs.push(t.size) - 1 };
    this.places.set(t, place(buffer, 0, t.size, 'f32'));
    node.xs.forEach((x, i) => {
      this.places.set(core(x), place(buffer, node.segments[i]!.offset, x.size, 'f32'));
    });
  }

  /** New values of states are written in place where no kernel reads the old value later; else they are copied last. */
  private placeAssigned(roots: readonly Tensor[], offset: number): { from: Tensor; to: Place }[] {
    const copies: { from: Tensor; to: Place }[] = [];
    roots.forEach((root, i) => {
      const name = this.names[offset + i]!;
      const size = sizeOf(stateShape(this.graph.spec.state![name]!));
      const to = place({ kind: 'state', name }, 0, size, root.dtype);
      const target = core(root);
      if (this.canWriteInPlace(target, name)) this.places.set(target, to);
      else copies.push({ from: root, to });
    });
    return copies;
  }

  private canWriteInPlace(target: Tensor, state: string): boolean {
    const at = this.groupIndex.get(target);
    if (at === undefined || this.places.has(target)) return false;
    const { groups } = this.fused;
    const readsState = (g: Group): boolean => g.loads.some((t) => t.node.kind === 'state' && t.node.name === state);
    if (groups.some((g, i) => i > at && readsState(g))) return false;
    const group = groups[at]!;
    if (!readsState(group)) return true;
    if (group.kind === 'named') return this.aliases(group, target, state);
    return group.kind === 'pointwise' && readsInOrder(target, state, this.fused.stored);
  }

  /** A candidate may say that a result can be written over an argument. */
  private aliases(group: Group, target: Tensor, state: string): boolean {
    if (group.anchor.node.kind !== 'named' || target.node.kind !== 'result') return false;
    const argument = this.simplified.chosen.get(group.anchor)?.candidate.aliases?.[target.node.index];
    return group.anchor.node.call.xs.every((x, i) => {
      const { node } = core(x);
      return node.kind !== 'state' || node.name !== state || i === argument;
    });
  }

  private allocate(t: Tensor, to: number): void {
    if (this.places.has(t)) return;
    const half = this.mayBeHalf.has(t);
    if (half) this.half.add(t);
    this.places.set(t, this.temporary(t.size, to, t.dtype, half ? 'f16' : t.dtype));
  }

  private temporary(elements: number, to: number, dtype: DType, storage: StorageType = dtype): Place {
    const at = place({ kind: 'slot', index: this.lifetimes.length }, 0, elements, dtype, storage);
    this.lifetimes.push({ bytes: boundBytes(at), from: this.now, to });
    return at;
  }

  /** The last group that reads or writes each tensor. Results of the program have none: they stay. */
  private lastUses(roots: readonly Tensor[]): Map<Tensor, number> {
    const last = new Map<Tensor, number>();
    this.fused.groups.forEach((g, i) => {
      for (const t of [...g.outputs, ...g.loads]) last.set(t, i);
    });
    for (const t of roots) last.delete(core(t));
    return last;
  }
}

/** What `t` shows more than once, else itself. */
const repeated = (t: Tensor): Tensor => (t.node.kind === 'view' && t.node.view.kind === 'broadcast' ? t.node.x : t);

/** The place in the memory that its lifetime was given. */
function moved(at: Place, memory: ReadonlyMap<number, AssignedMemory['places'][number]>): Place {
  const { buffer, size, dtype, storage } = at;
  if (buffer.kind !== 'slot') return at;
  const { slot, offset } = memory.get(buffer.index)!;
  return place({ kind: 'slot', index: slot }, offset / storageBytes(storage), size, dtype, storage);
}

/** True where computing `t` reads elements of `state` only at their own index. */
function readsInOrder(t: Tensor, state: string, stored: ReadonlySet<Tensor>): boolean {
  const visit = (x: Tensor, inOrder: boolean): boolean => {
    if (isLeaf(x)) return x.node.kind !== 'state' || x.node.name !== state || (inOrder && x.node.offset === 0);
    if (stored.has(x) && x !== t) return true;
    if (x.node.kind === 'view') return visit(x.node.x, inOrder && core(x) !== x);
    if (x.node.kind === 'map') return x.node.xs.every((y) => visit(y, inOrder));
    return false;
  };
  return visit(t, true);
}
