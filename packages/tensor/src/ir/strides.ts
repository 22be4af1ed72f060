import { type Shape, stridesOf } from './shape';
import { type View, viewShape } from './view';

/** Element i of an array is at offset + Σ coords[axis] · strides[axis]. */
export interface Strided {
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

export const contiguous = (shape: Shape): Strided => ({ shape, offset: 0, strides: stridesOf(shape) });

/** The strided array seen through `view`; undefined for pad, and for a reshape that the strides do not allow. */
export function throughView(x: Strided, view: View): Strided | undefined {
  const shape = viewShape(view, x.shape);
  switch (view.kind) {
    case 'reshape': {
      const strides = reshapeStrides(x, shape);
      return strides && { shape, offset: x.offset, strides };
    }
    case 'permute':
      return { shape, offset: x.offset, strides: view.order.map((axis) => x.strides[axis]!) };
    case 'broadcast':
      return { shape, offset: x.offset, strides: x.strides.map((s, i) => (x.shape[i] === 1 ? 0 : s)) };
    case 'slice':
      return {
        shape,
        offset: view.start.reduce((sum, s, i) => sum + s * x.strides[i]!, x.offset),
        strides: x.strides.map((s, i) => s * view.step[i]!),
      };
    case 'window': {
      const { axis, stride } = view;
      const own = x.strides[axis]!;
      return {
        shape,
        offset: x.offset,
        strides: [...x.strides.slice(0, axis), own * stride, own, ...x.strides.slice(axis + 1)],
      };
    }
    case 'pad':
      return undefined;
  }
}

/** Strides of the same elements under another shape, where runs of axes merge and split evenly. */
function reshapeStrides(x: Strided, target: Shape): number[] | undefined {
  const source = x.shape.map((n, i) => ({ n, stride: x.strides[i]! })).filter(({ n }) => n !== 1);
  // Merge neighbours that step as one axis.
  const runs: { n: number; stride: number }[] = [];
  for (const axis of source) {
    const last = runs[runs.length - 1];
    if (last && last.stride === axis.stride * axis.n) {
      last.n *= axis.n;
      last.stride = axis.stride;
    } else runs.push({ ...axis });
  }
  const strides = new Array<number>(target.length).fill(0);
  let run = runs.length - 1;
  let inner = 1;
  for (let i = target.length - 1; i >= 0; i--) {
    const n = target[i]!;
    if (n === 1) continue;
    if (run < 0) return undefined;
    strides[i] = runs[run]!.stride * inner;
    inner *= n;
    if (inner > runs[run]!.n || runs[run]!.n % inner !== 0) return undefined;
    if (inner === runs[run]!.n) {
      run--;
      inner = 1;
    }
  }
  return run < 0 && inner === 1 ? strides : undefined;
}

/** The source index of every element in row-major order, told to `visit(to, from)`. */
export function walk(x: Strided, visit: (to: number, from: number) => void): void {
  const { shape, strides } = x;
  const rank = shape.length;
  const at = new Array<number>(rank).fill(0);
  const total = shape.reduce((a, b) => a * b, 1);
  let from = x.offset;
  for (let to = 0; to < total; to++) {
    visit(to, from);
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
}
