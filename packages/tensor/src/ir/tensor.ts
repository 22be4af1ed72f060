import type { Definition } from './definition';
import type { DType, TypedArray } from './dtype';
import { printShape, type Shape, sizeOf } from './shape';
import { substitute, type Term } from './term';
import { type View, viewShape } from './view';

export type ReduceOp = 'sum' | 'max' | 'min';
export type Distribution = 'bits' | 'uniform' | 'normal';

/** Which axes of two operands meet in a contraction: one letter per axis, as in einsum. */
export interface ContractSpec {
  readonly a: string;
  readonly b: string;
  readonly out: string;
}

/** Where a tensor lies inside a flat vector: element offset and size. */
export interface Segment {
  readonly offset: number;
  readonly size: number;
}

/** What a tensor is made of. Everything the engine computes is one of these. */
export type Node =
  /** Written by the caller before each run. */
  | { readonly kind: 'input'; readonly name: string }
  /** Data fixed when the graph is made, uploaded once. */
  | { readonly kind: 'literal'; readonly data: TypedArray }
  /** Elements [offset, offset + size) of the persistent flat vector `name`. */
  | { readonly kind: 'state'; readonly name: string; readonly offset: number }
  /** Elementwise: every argument has the output's shape. */
  | { readonly kind: 'map'; readonly term: Term; readonly xs: readonly Tensor[] }
  /** Folds `axes` away. */
  | { readonly kind: 'reduce'; readonly op: ReduceOp; readonly axes: readonly number[]; readonly x: Tensor }
  /** Sum of products over the letters absent from the output. */
  | { readonly kind: 'contract'; readonly spec: ContractSpec; readonly a: Tensor; readonly b: Tensor }
  | { readonly kind: 'view'; readonly view: View; readonly x: Tensor }
  | { readonly kind: 'concat'; readonly axis: number; readonly xs: readonly Tensor[] }
  /** Rows of `table` along axis 0 picked by a u32 index; the index is clamped into the table. */
  | { readonly kind: 'gather'; readonly table: Tensor; readonly index: Tensor }
  /** Counter-based random numbers: element j of row i is a function of (keys[i], stream, j) alone. */
  | { readonly kind: 'random'; readonly distribution: Distribution; readonly stream: number; readonly keys: Tensor }
  /** Tensors laid into one flat vector at given segments; gaps are zero. */
  | { readonly kind: 'pack'; readonly segments: readonly Segment[]; readonly xs: readonly Tensor[] }
  /** The identity, with no gradient. */
  | { readonly kind: 'stop'; readonly x: Tensor }
  /** The identity, whose value lives in memory: its readers load it. */
  | { readonly kind: 'stored'; readonly x: Tensor }
  /** A named meaning; its results are reached through `result` nodes. */
  | { readonly kind: 'named'; readonly call: NamedCall }
  | { readonly kind: 'result'; readonly of: Tensor; readonly index: number };

export interface NamedCall {
  // biome-ignore lint/suspicious/noExplicitAny: attributes differ per definition; a call is only read by its own definition
  readonly definition: Definition<any>;
  readonly attributes: unknown;
  readonly xs: readonly Tensor[];
  /** The meaning, in other nodes: one tensor per result. */
  readonly expansion: readonly Tensor[];
}

let nextId = 0;
let path = '';
let copy = 0;
let copies = 0;
let ofGradient = false;

/** A tensor of the graph: a shape, an element type and how it is computed. It holds no data. */
export class Tensor {
  readonly id = nextId++;
  /** Where in the model it was made, e.g. `b0.read.attn`. */
  readonly path = path;
  /** Equal tensors of different copies are computed apart; see `anew`. */
  readonly copy = copy;
  /** Made by a gradient; see `partOfGradient`. */
  readonly ofGradient = ofGradient;

  constructor(
    readonly node: Node,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {
    for (const n of shape) {
      if (!Number.isInteger(n) || n < 1) {
        throw new RangeError(
          `${this.describe()}: shape ${printShape(shape)} has an axis that is not a positive integer`,
        );
      }
    }
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  describe(): string {
    const { node } = this;
    const what = node.kind === 'input' || node.kind === 'state' ? `${node.kind} ${node.name}` : node.kind;
    return this.path ? `${this.path}: ${what}` : what;
  }
}

/** Everything made inside `body` is labelled with `name`: errors, pipelines and buffers carry it. */
export function scope<T>(name: string, body: () => T): T {
  const outer = path;
  path = outer ? `${outer}.${name}` : name;
  try {
    return body();
  } finally {
    path = outer;
  }
}

/** Everything made inside `body` is computed apart from equal tensors made elsewhere: a value is not kept, but made twice. */
export function anew<T>(body: () => T): T {
  const outer = copy;
  copy = ++copies;
  try {
    return body();
  } finally {
    copy = outer;
  }
}

/** Whether what is made inside `body` belongs to a gradient, the scale of which nobody knows beforehand. */
export function partOfGradient<T>(yes: boolean, body: () => T): T {
  const outer = ofGradient;
  ofGradient = yes;
  try {
    return body();
  } finally {
    ofGradient = outer;
  }
}

export const makeView = (x: Tensor, view: View): Tensor =>
  new Tensor({ kind: 'view', view, x }, viewShape(view, x.shape), x.dtype);

/** The node with every tensor it reads replaced by `f(tensor)`. */
export function mapChildren(node: Node, f: (t: Tensor) => Tensor): Node {
  switch (node.kind) {
    case 'map':
    case 'concat':
    case 'pack':
      return { ...node, xs: node.xs.map(f) };
    case 'reduce':
    case 'view':
    case 'stop':
    case 'stored':
      return { ...node, x: f(node.x) };
    case 'contract':
      return { ...node, a: f(node.a), b: f(node.b) };
    case 'gather':
      return { ...node, table: f(node.table), index: f(node.index) };
    case 'random':
      return { ...node, keys: f(node.keys) };
    case 'named':
      return { ...node, call: { ...node.call, xs: node.call.xs.map(f) } };
    case 'result':
      return { ...node, of: f(node.of) };
    default:
      return node;
  }
}

/** Tensors a node reads directly. */
export function children(t: Tensor): readonly Tensor[] {
  const { node } = t;
  switch (node.kind) {
    case 'map':
    case 'concat':
    case 'pack':
      return node.xs;
    case 'reduce':
    case 'view':
    case 'stop':
    case 'stored':
      return [node.x];
    case 'contract':
      return [node.a, node.b];
    case 'gather':
      return [node.table, node.index];
    case 'random':
      return [node.keys];
    case 'named':
      return node.call.xs;
    case 'result':
      return [node.of];
    default:
      return [];
  }
}

/** Every tensor that `roots` stand on, children first. */
export function reachable(roots: Iterable<Tensor>, next: (t: Tensor) => readonly Tensor[] = children): Tensor[] {
  const seen = new Set<Tensor>();
  const order: Tensor[] = [];
  const stack: { t: Tensor; at: number; kids: readonly Tensor[] }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ t: root, at: 0, kids: next(root) });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const kid = top.kids[top.at++];
      if (kid === undefined) {
        order.push(top.t);
        stack.pop();
      } else if (!seen.has(kid)) {
        seen.add(kid);
        stack.push({ t: kid, at: 0, kids: next(kid) });
      }
    }
  }
  return order;
}

/** The term with argument i read as `replacements[i]`. */
export const substituteArgs = (term: Term, replacements: readonly Term[]): Term =>
  substitute(term, (leaf) => (leaf.kind === 'arg' ? replacements[leaf.index]! : leaf));
