import type { DType } from '../ir/dtype';
import { type Shape, sameShape } from '../ir/shape';
import type { NamedCall, Node, Tensor } from '../ir/tensor';
import { subterms } from '../ir/term';

/** By axis, whether it is meant. */
type Axes = readonly boolean[];
type Contract = Extract<Node, { kind: 'contract' }>;
type Reduce = Extract<Node, { kind: 'reduce' }>;
type ElementMap = Extract<Node, { kind: 'map' }>;
/** A node, and the shape that it has. */
export interface Shaped<N extends Node = Node> {
  readonly node: N;
  readonly shape: Shape;
}

/** What a tensor holds. */
export interface Typed {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The shape with axes of size 1 in place of those meant. */
const shortened = (shape: Shape, axes: Axes): number[] => shape.map((n, axis) => (axes[axis] ? 1 : n));
const both = (a: Axes, b: Axes): boolean[] => a.map((one, axis) => one && b[axis]!);

/**
 * Finds what repeats along an axis, such as a constant or learned queries that are broadcast over a batch, and what need be
 * computed only once for it: a product of what repeats, repeated. Elements are the same numbers, as each is computed apart.
 */
export class Repeats {
  private readonly known = new Map<Tensor, Axes>();
  private readonly shorter = new Map<string, Tensor>();

  /**
   * @param make the tensor of a node, for the tensor `like` of the program
   * @param isKept true for what lives in memory because the program says so: its readers load it
   */
  constructor(
    private readonly make: (node: Node, of: Typed, like: Tensor) => Tensor,
    private readonly isKept: (t: Tensor) => boolean,
  ) {}

  /** The product over what repeats, with axes of size 1 in its place; undefined where nothing does. */
  contract(node: Contract, like: Tensor): Shaped<Contract> | undefined {
    const { spec, a, b } = node;
    const { shape } = like;
    const repeatsIn = (letters: string, x: Tensor, letter: string): boolean =>
      !letters.includes(letter) || this.axesOf(x)[letters.indexOf(letter)]!;
    const letters = [...spec.out].filter(
      (letter, axis) => shape[axis]! > 1 && repeatsIn(spec.a, a, letter) && repeatsIn(spec.b, b, letter),
    );
    if (letters.length === 0) return undefined;
    const meant = (of: string): boolean[] => [...of].map((letter) => letters.includes(letter));
    const once = (of: string, x: Tensor): Tensor => this.once(x, meant(of), like);
    return {
      node: { ...node, a: once(spec.a, a), b: once(spec.b, b) },
      shape: shortened(shape, meant(spec.out)),
    };
  }

  /** The same of a fold. */
  reduce(node: Reduce, like: Tensor): Shaped<Reduce> | undefined {
    const { x, axes } = node;
    const repeated = this.axesOf(x).map((repeats, axis) => repeats && !axes.includes(axis));
    const kept = repeated.filter((_, axis) => !axes.includes(axis));
    const shape = shortened(like.shape, kept);
    if (sameShape(shape, like.shape)) return undefined;
    return { node: { ...node, x: this.once(x, repeated, like) }, shape };
  }

  /** The call with the repeated rows of its first argument once; undefined where none repeat. */
  rows(call: NamedCall, like: Tensor): NamedCall | undefined {
    const { definition, attributes } = call;
    const [x, ...rest] = call.xs;
    if (!definition.rowwise || x === undefined) return undefined;
    const axes = this.axesOf(x).map((repeats, axis) => repeats && axis < x.rank - 1);
    const once = this.once(x, axes, like);
    if (once === x) return undefined;
    const xs = [once, ...rest];
    return { ...call, xs, expansion: definition.expand(xs, attributes) };
  }

  /** The elementwise node with axes of size 1 where all that it stands on repeats; undefined where nothing does. */
  map(node: ElementMap, like: Tensor): Shaped<ElementMap> | undefined {
    const { shape } = like;
    const axes = this.axesOfMap(node, shape);
    const least = shortened(shape, axes);
    if (sameShape(least, shape)) return undefined;
    return { node: { ...node, xs: node.xs.map((x) => this.once(x, axes, like)) }, shape: least };
  }

  /** Axes along which all elements of `t` are the same; those of size 1 are. */
  private axesOf(t: Tensor): Axes {
    const found = this.known.get(t);
    if (found) return found;
    const single = t.shape.map((n) => n === 1);
    const axes = this.isKept(t) ? single : this.axesOfNode(t).map((repeats, axis) => repeats || single[axis]!);
    this.known.set(t, axes);
    return axes;
  }

  private axesOfNode({ node, shape }: Tensor): Axes {
    if (node.kind === 'map') return this.axesOfMap(node, shape);
    const none = shape.map(() => false);
    if (node.kind !== 'view') return none;
    const { view, x } = node;
    const axes = this.axesOf(x);
    switch (view.kind) {
      case 'broadcast':
        return axes;
      case 'permute':
        return view.order.map((axis) => axes[axis]!);
      case 'reshape':
        return sourceAxes(x.shape, shape)?.map((axis) => axis === undefined || axes[axis]!) ?? none;
      default:
        return none;
    }
  }

  private axesOfMap({ term, xs }: ElementMap, shape: Shape): Axes {
    const named = new Set(subterms(term).flatMap((t) => (t.kind === 'coord' ? [t.axis] : [])));
    return xs.reduce<Axes>(
      (axes, x) => both(axes, this.axesOf(x)),
      shape.map((_, axis) => !named.has(axis)),
    );
  }

  /** `t` with axes of size 1 in place of those meant, along which it repeats. */
  private once(t: Tensor, axes: Axes, like: Tensor): Tensor {
    const shape = shortened(t.shape, axes);
    if (sameShape(shape, t.shape)) return t;
    const key = `${t.id} ${shape} ${like.copy}`;
    const known = this.shorter.get(key);
    if (known) return known;
    const made = this.make(this.onceOf(t, axes, shape, like), { shape, dtype: t.dtype }, like);
    this.shorter.set(key, made);
    return made;
  }

  private onceOf(t: Tensor, axes: Axes, shape: Shape, like: Tensor): Node {
    const { node } = t;
    if (node.kind === 'map') return { ...node, xs: node.xs.map((x) => this.once(x, axes, like)) };
    if (node.kind !== 'view') throw new Error(`${t.describe()} does not repeat`);
    const { view, x } = node;
    switch (view.kind) {
      case 'broadcast':
        return { kind: 'view', view: { kind: 'broadcast', shape }, x: this.once(x, axes, like) };
      case 'permute': {
        const inner = x.shape.map((_, axis) => axes[view.order.indexOf(axis)]!);
        return { kind: 'view', view, x: this.once(x, inner, like) };
      }
      default: {
        const sources = sourceAxes(x.shape, t.shape)!;
        const inner = x.shape.map((_, axis) => sources.some((source, at) => source === axis && axes[at]!));
        return { kind: 'view', view: { kind: 'reshape', shape }, x: this.once(x, inner, like) };
      }
    }
  }
}

/** By axis of `to`, the axis of `from` that it is where a reshape does nothing but add or drop axes of size 1. */
function sourceAxes(from: Shape, to: Shape): (number | undefined)[] | undefined {
  const long = from.flatMap((n, axis) => (n === 1 ? [] : [axis]));
  let next = 0;
  const axes = to.map((n) => (n === 1 ? undefined : long[next++]));
  const same = next === long.length && axes.every((axis, at) => axis === undefined || from[axis] === to[at]);
  return same ? axes : undefined;
}
