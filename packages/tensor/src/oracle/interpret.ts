import { type Graph, mapValues, stateShape } from '../ir/program';
import { type Shape, sizeOf, stridesOf } from '../ir/shape';
import { contiguous, type Strided, throughView, walk } from '../ir/strides';
import { type ContractSpec, children, type ReduceOp, reachable, type Tensor } from '../ir/tensor';
import { numberArithmetic, ravel, unravel, type View, viewSource } from '../ir/view';
import { inverseNormal } from '../random/inverse-normal';
import { threefry2x32, uniformFromBits } from '../random/threefry';
import { roundToHalf } from './half';
import { multiply } from './multiply';
import { evaluateTerm } from './terms';

export interface OracleValues {
  readonly inputs?: Readonly<Record<string, ArrayLike<number>>>;
  readonly state?: Readonly<Record<string, ArrayLike<number>>>;
  readonly scalars?: Readonly<Record<string, number>>;
}

export interface OracleOptions {
  /** 'f64' is the truth; 'f32' rounds after every operation. */
  readonly precision?: 'f64' | 'f32';
  /** Tensors whose values are rounded to 16-bit floats, as those of a plan with such storage are: its `half`. */
  readonly half?: ReadonlySet<Tensor>;
}

export interface OracleResult {
  readonly outputs: Record<string, Float64Array>;
  /** Values of the assigned states after the run. */
  readonly state: Record<string, Float64Array>;
}

/** Runs a graph on the CPU, node by node, from the meaning of each: the reference that kernels are checked against. */
export function interpret(graph: Graph, values: OracleValues, options: OracleOptions = {}): OracleResult {
  const states = mapValues(graph.spec.state ?? {}, (spec, name) => {
    return values.state?.[name] ?? new Float64Array(sizeOf(stateShape(spec)));
  });
  const roots = { ...graph.outputs, ...mapKeys(graph.assigns) };
  const found = evaluate(Object.values(roots), { ...values, state: states }, options);
  const results = new Map(Object.keys(roots).map((name, i) => [name, found[i]!]));
  return {
    outputs: mapValues(graph.outputs, (_, name) => results.get(name)!),
    state: mapValues(graph.assigns, (_, name) => results.get(`state:${name}`)!),
  };
}

const mapKeys = (assigns: Graph['assigns']): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(assigns).map(([name, t]) => [`state:${name}`, t]));

/** Values of `roots`, row-major. */
export function evaluate(
  roots: readonly Tensor[],
  given: OracleValues,
  { precision = 'f64', half }: OracleOptions = {},
): Float64Array[] {
  const round = precision === 'f32' ? Math.fround : (x: number): number => x;
  // A named call is read through its expansion; the call itself computes nothing.
  const next = (t: Tensor): readonly Tensor[] => {
    if (t.node.kind === 'result' && t.node.of.node.kind === 'named')
      return [t.node.of.node.call.expansion[t.node.index]!];
    return children(t);
  };
  const order = reachable(roots, next);
  const uses = new Map<Tensor, number>();
  for (const t of order) for (const x of next(t)) uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const t of roots) uses.set(t, Number.POSITIVE_INFINITY);
  const values = new Map<Tensor, Float64Array>();
  for (const t of order) {
    const found = compute(t, (x) => values.get(x)!, given, round);
    values.set(t, half?.has(t) ? found.map(roundToHalf) : found);
    for (const x of next(t)) {
      const left = uses.get(x)! - 1;
      uses.set(x, left);
      if (left === 0) values.delete(x);
    }
  }
  return roots.map((t) => values.get(t)!);
}

function compute(
  t: Tensor,
  get: (t: Tensor) => Float64Array,
  given: OracleValues,
  round: (x: number) => number,
): Float64Array {
  const { node } = t;
  switch (node.kind) {
    case 'input':
      return provided(t, given.inputs?.[node.name]);
    case 'literal':
      return Float64Array.from(node.data);
    case 'state': {
      const whole = given.state?.[node.name] ?? missing(t.describe());
      const part = new Float64Array(t.size);
      for (let i = 0; i < t.size; i++) part[i] = whole[node.offset + i]!;
      return part;
    }
    case 'map':
      return evaluateTerm(node.term, {
        args: node.xs.map(get),
        size: t.size,
        scalar: (name) => given.scalars?.[name] ?? missing(`scalar '${name}'`),
        coords: (axis) => coordinates(t.shape, axis),
        round,
      });
    case 'reduce':
      return reduce(node.op, node.x.shape, node.axes, get(node.x), t.dtype === 'u32' ? (x) => x % 2 ** 32 : round);
    case 'contract':
      return contract(node.spec, node.a, node.b, get, round);
    case 'view':
      return view(node.view, node.x.shape, t.shape, get(node.x));
    case 'concat':
      return concat(t, node.axis, node.xs, get);
    case 'gather': {
      const table = get(node.table);
      const rows = node.table.shape[0]!;
      const width = node.table.size / rows;
      const out = new Float64Array(t.size);
      get(node.index).forEach((row, i) => {
        const at = Math.min(row, rows - 1) * width;
        out.set(table.subarray(at, at + width), i * width);
      });
      return out;
    }
    case 'random':
      return random(node.distribution, node.stream, get(node.keys), t.size / t.shape[0]!, round);
    case 'pack': {
      const out = new Float64Array(t.size);
      node.xs.forEach((x, i) => {
        out.set(get(x), node.segments[i]!.offset);
      });
      return out;
    }
    case 'stop':
    case 'stored':
      return get(node.x);
    case 'named':
      return new Float64Array(0);
    case 'result':
      return get((node.of.node as { call: { expansion: readonly Tensor[] } }).call.expansion[node.index]!);
  }
}

const missing = (what: string): never => {
  throw new RangeError(`${what} was not given a value`);
};

function provided(t: Tensor, value: ArrayLike<number> | undefined): Float64Array {
  if (!value) return missing(t.describe());
  if (value.length !== t.size) throw new RangeError(`${t.describe()} takes ${t.size} elements, got ${value.length}`);
  return Float64Array.from(value);
}

function coordinates(shape: Shape, axis: number): Float64Array {
  const stride = stridesOf(shape)[axis]!;
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / stride) % shape[axis]!);
}

function copy(x: Float64Array, from: Strided): Float64Array {
  const out = new Float64Array(sizeOf(from.shape));
  walk(from, (to, at) => {
    out[to] = x[at]!;
  });
  return out;
}

function view(v: View, source: Shape, shape: Shape, x: Float64Array): Float64Array {
  if (v.kind === 'reshape') return x;
  if (v.kind === 'pad') return padded(v, source, shape, x);
  const strided = throughView(contiguous(source), v);
  if (strided) return copy(x, strided);
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const from = viewSource(v, source, unravel(i, shape, numberArithmetic), numberArithmetic);
    return x[ravel(from.coords, source, numberArithmetic)]!;
  });
}

/** The source laid into an array that holds nothing but the value. */
function padded({ before, value }: Extract<View, { kind: 'pad' }>, source: Shape, shape: Shape, x: Float64Array) {
  const out = new Float64Array(sizeOf(shape)).fill(value);
  const strides = stridesOf(shape);
  const offset = before.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
  walk({ shape: source, offset, strides }, (from, to) => {
    out[to] = x[from]!;
  });
  return out;
}

function reduce(op: ReduceOp, shape: Shape, axes: readonly number[], x: Float64Array, round: (x: number) => number) {
  const strides = stridesOf(shape);
  const kept = shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const order = [...kept, ...axes];
  const rows = kept.reduce((n, axis) => n * shape[axis]!, 1);
  const length = x.length / rows;
  const moved = copy(x, { shape: order.map((i) => shape[i]!), offset: 0, strides: order.map((i) => strides[i]!) });
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let value = moved[r * length]!;
    for (let i = 1; i < length; i++) {
      const next = moved[r * length + i]!;
      value = op === 'sum' ? value + next : op === 'max' ? Math.max(value, next) : Math.min(value, next);
    }
    out[r] = round(value);
  }
  return out;
}

function contract(
  spec: ContractSpec,
  a: Tensor,
  b: Tensor,
  get: (t: Tensor) => Float64Array,
  round: (x: number) => number,
): Float64Array {
  const letters = [...new Set(spec.a + spec.b)];
  const has = (s: string, l: string): boolean => s.includes(l);
  const batch = letters.filter((l) => has(spec.a, l) && has(spec.b, l) && has(spec.out, l));
  const inner = letters.filter((l) => has(spec.a, l) && has(spec.b, l) && !has(spec.out, l));
  const rows = letters.filter((l) => has(spec.a, l) && !has(spec.b, l));
  const cols = letters.filter((l) => has(spec.b, l) && !has(spec.a, l));
  const size = (l: string): number => (has(spec.a, l) ? a.shape[spec.a.indexOf(l)]! : b.shape[spec.b.indexOf(l)]!);
  const count = (ls: string[]): number => ls.reduce((n, l) => n * size(l), 1);
  const arrange = (x: Tensor, own: string, order: string[]): Float64Array => {
    const strides = stridesOf(x.shape);
    const axes = order.map((l) => own.indexOf(l));
    return copy(get(x), { shape: axes.map((i) => x.shape[i]!), offset: 0, strides: axes.map((i) => strides[i]!) });
  };
  const left = arrange(a, spec.a, [...batch, ...rows, ...inner]);
  const right = arrange(b, spec.b, [...batch, ...inner, ...cols]);
  const product = multiply(left, right, count(batch), count(rows), count(inner), count(cols));
  for (let i = 0; i < product.length; i++) product[i] = round(product[i]!);
  // From [batch, rows, cols] to the output's order.
  const made = [...batch, ...rows, ...cols];
  const strides = stridesOf(made.map(size));
  return copy(product, {
    shape: [...spec.out].map(size),
    offset: 0,
    strides: [...spec.out].map((l) => strides[made.indexOf(l)]!),
  });
}

function concat(t: Tensor, axis: number, xs: readonly Tensor[], get: (t: Tensor) => Float64Array): Float64Array {
  const out = new Float64Array(t.size);
  const outer = sizeOf(t.shape.slice(0, axis));
  const stride = sizeOf(t.shape.slice(axis));
  let at = 0;
  for (const x of xs) {
    const data = get(x);
    const width = data.length / outer;
    for (let i = 0; i < outer; i++) out.set(data.subarray(i * width, (i + 1) * width), i * stride + at);
    at += width;
  }
  return out;
}

function random(
  distribution: string,
  stream: number,
  keys: Float64Array,
  width: number,
  round: (x: number) => number,
): Float64Array {
  return Float64Array.from({ length: (keys.length / 2) * width }, (_, i) => {
    const row = Math.floor(i / width);
    const [bits] = threefry2x32([keys[2 * row]!, keys[2 * row + 1]!], [i % width, stream]);
    if (distribution === 'bits') return bits;
    const u = uniformFromBits(bits);
    return round(distribution === 'uniform' ? u : inverseNormal(u));
  });
}
