import { type Shape, sizeOf } from './shape';
import { type Segment, Tensor } from './tensor';

export interface NamedSegment extends Segment {
  readonly name: string;
  readonly shape: Shape;
}

/** Names, shapes and places of the tensors inside one flat vector. */
export interface Layout {
  readonly segments: readonly NamedSegment[];
  /** Elements of the whole vector, gaps included. */
  readonly size: number;
}

/**
 * Segments start at multiples of 256 bytes, so that each can be given to a kernel by itself on every backend: WebGPU asks for
 * no more, see `Target`. Part of what checkpoints hold.
 */
const SEGMENT_ALIGNMENT = 64;

export function layoutOf(shapes: Readonly<Record<string, Shape>>): Layout {
  let offset = 0;
  const segments = Object.entries(shapes).map(([name, shape]): NamedSegment => {
    const size = sizeOf(shape);
    const segment = { name, shape, offset, size };
    offset += Math.ceil(size / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;
    return segment;
  });
  return { segments, size: offset };
}

/** A flat vector of the persistent state and the tensors that lie in it. */
export interface FlatTensor {
  readonly layout: Layout;
  /** The whole vector, f32 [layout.size]. */
  readonly flat: Tensor;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export function flatState(name: string, layout: Layout): FlatTensor {
  const part = (offset: number, shape: Shape): Tensor => new Tensor({ kind: 'state', name, offset }, shape, 'f32');
  return {
    layout,
    flat: part(0, [layout.size]),
    tensors: Object.fromEntries(layout.segments.map((s) => [s.name, part(s.offset, s.shape)])),
  };
}
