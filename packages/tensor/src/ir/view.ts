import { printShape, type Shape, sameShape, sizeOf, stridesOf } from './shape';

/**
 * A view says where an output element comes from; it moves no data. `pad` yields its value outside the source.
 * A convolution is a contraction over a `window` view.
 */
export type View =
  | { readonly kind: 'reshape'; readonly shape: Shape }
  /** Output axis i is source axis order[i]. */
  | { readonly kind: 'permute'; readonly order: readonly number[] }
  /** Source axes of size 1 stretch to `shape` (same rank). */
  | { readonly kind: 'broadcast'; readonly shape: Shape }
  | { readonly kind: 'slice'; readonly start: Shape; readonly size: Shape; readonly step: Shape }
  | { readonly kind: 'pad'; readonly before: Shape; readonly after: Shape; readonly value: number }
  /** Axis of length n becomes two axes [1 + floor((n − size)/stride), size] of overlapping windows. */
  | { readonly kind: 'window'; readonly axis: number; readonly size: number; readonly stride: number };

/** Integer arithmetic that an index map is written in once, and read as numbers or as values that a kernel computes. */
export interface IndexArithmetic<E, C> {
  constant(n: number): E;
  add(a: E, b: E): E;
  multiply(a: E, n: number): E;
  divide(a: E, n: number): E;
  remainder(a: E, n: number): E;
  /** from ≤ a < from + count */
  within(a: E, from: number, count: number): C;
  and(a: C, b: C): C;
  /** a − from where a lies in [from, from + count); else anything, and what it reaches is not used. */
  inside(a: E, from: number, count: number): E;
}

export interface Source<E, C> {
  coords: E[];
  /** Present where the output may lie outside the source: the element is the pad's value unless this holds. */
  valid?: C;
}

export function viewShape(view: View, source: Shape): Shape {
  switch (view.kind) {
    case 'reshape':
      return view.shape;
    case 'permute':
      return view.order.map((axis) => source[axis]!);
    case 'broadcast':
      return view.shape;
    case 'slice':
      return view.size;
    case 'pad':
      return source.map((n, i) => n + view.before[i]! + view.after[i]!);
    case 'window': {
      const count = windowCount(source[view.axis]!, view.size, view.stride);
      return [...source.slice(0, view.axis), count, view.size, ...source.slice(view.axis + 1)];
    }
  }
}

export const windowCount = (length: number, size: number, stride: number): number =>
  Math.floor((length - size) / stride) + 1;

/** Source coordinates of the output element at `coords`. */
export function viewSource<E, C>(
  view: View,
  source: Shape,
  coords: readonly E[],
  m: IndexArithmetic<E, C>,
): Source<E, C> {
  switch (view.kind) {
    case 'reshape':
      return { coords: unravel(ravel(coords, view.shape, m), source, m) };
    case 'permute': {
      const out = new Array<E>(source.length);
      view.order.forEach((axis, i) => {
        out[axis] = coords[i]!;
      });
      return { coords: out };
    }
    case 'broadcast':
      return { coords: coords.map((c, i) => (source[i] === 1 ? m.constant(0) : c)) };
    case 'slice':
      return {
        coords: coords.map((c, i) => m.add(m.multiply(c, view.step[i]!), m.constant(view.start[i]!))),
      };
    case 'pad': {
      let valid: C | undefined;
      const inside = coords.map((c, i) => {
        const before = view.before[i]!;
        if (before === 0 && view.after[i] === 0) return c;
        const ok = m.within(c, before, source[i]!);
        valid = valid === undefined ? ok : m.and(valid, ok);
        return m.inside(c, before, source[i]!);
      });
      return { coords: inside, ...(valid !== undefined && { valid }) };
    }
    case 'window': {
      const { axis, stride } = view;
      const at = m.add(m.multiply(coords[axis]!, stride), coords[axis + 1]!);
      return { coords: [...coords.slice(0, axis), at, ...coords.slice(axis + 2)] };
    }
  }
}

export function ravel<E, C>(coords: readonly E[], shape: Shape, m: IndexArithmetic<E, C>): E {
  const strides = stridesOf(shape);
  return coords.reduce<E>(
    (sum, c, i) => (shape[i] === 1 ? sum : m.add(sum, m.multiply(c, strides[i]!))),
    m.constant(0),
  );
}

export function unravel<E, C>(linear: E, shape: Shape, m: IndexArithmetic<E, C>): E[] {
  const strides = stridesOf(shape);
  const first = shape.findIndex((n) => n !== 1);
  return shape.map((n, i) => {
    if (n === 1) return m.constant(0);
    const high = m.divide(linear, strides[i]!);
    return i === first ? high : m.remainder(high, n);
  });
}

export const numberArithmetic: IndexArithmetic<number, boolean> = {
  constant: (n) => n,
  add: (a, b) => a + b,
  multiply: (a, n) => a * n,
  divide: (a, n) => Math.floor(a / n),
  remainder: (a, n) => a % n,
  within: (a, from, count) => a >= from && a < from + count,
  and: (a, b) => a && b,
  inside: (a, from, count) => (a >= from && a < from + count ? a - from : 0),
};

/** One view that does what `outer` after `inner` does, where that is simple; else undefined. */
export function mergeViews(inner: View, outer: View): View | undefined {
  if (inner.kind === 'reshape' && outer.kind === 'reshape') return outer;
  if (inner.kind === 'permute' && outer.kind === 'permute') {
    return { kind: 'permute', order: outer.order.map((axis) => inner.order[axis]!) };
  }
  if (inner.kind === 'pad' && outer.kind === 'pad' && inner.value === outer.value) {
    const both = (a: Shape, b: Shape): number[] => a.map((n, i) => n + b[i]!);
    return { ...outer, before: both(inner.before, outer.before), after: both(inner.after, outer.after) };
  }
  return undefined;
}

export function isIdentityView(view: View, source: Shape): boolean {
  const out = viewShape(view, source);
  if (!sameShape(out, source)) return false;
  switch (view.kind) {
    case 'permute':
      return view.order.every((axis, i) => axis === i);
    case 'slice':
      return view.start.every((s, i) => s === 0 && (view.step[i] === 1 || source[i] === 1));
    default:
      return view.kind !== 'window';
  }
}

/** True where the view keeps the row-major order of all elements, so that it costs nothing. */
export function keepsOrder(view: View, source: Shape): boolean {
  if (view.kind === 'reshape') return true;
  if (view.kind === 'permute') {
    // Axes of size 1 may move freely.
    const moved = view.order.filter((axis) => source[axis] !== 1);
    return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
  }
  return isIdentityView(view, source);
}

export function checkReshape(source: Shape, target: Shape): void {
  if (sizeOf(source) !== sizeOf(target)) {
    throw new RangeError(
      `reshape: ${printShape(source)} has ${sizeOf(source)} elements, ${printShape(target)} has ${sizeOf(target)}`,
    );
  }
}
