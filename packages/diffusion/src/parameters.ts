import type { Layout } from '@noisesmith/tensor';
import type { Denoiser } from './denoiser';

/** Tensors by name: a record, or a map. */
export type NamedData = ReadonlyMap<string, ArrayLike<number>> | Readonly<Record<string, ArrayLike<number>>>;

const lookUp = (tensors: NamedData, name: string): ArrayLike<number> | undefined =>
  tensors instanceof Map ? tensors.get(name) : (tensors as Readonly<Record<string, ArrayLike<number>>>)[name];

/**
 * Named tensors laid into the flat vector [layout.size] of a layout; gaps are zero. Names that the layout lacks are
 * ignored.
 * @throws RangeError naming a tensor that is missing or has another number of elements
 */
export function flattenParameters(layout: Layout, tensors: NamedData): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(layout.size);
  for (const { name, shape, offset, size } of layout.segments) {
    const data = lookUp(tensors, name);
    if (!data) throw new RangeError(`parameter '${name}' [${shape}] is missing`);
    if (data.length !== size) {
      throw new RangeError(`parameter '${name}' has ${data.length} elements, expected ${size} (shape [${shape}])`);
    }
    flat.set(data, offset);
  }
  return flat;
}

/**
 * The tensors inside a flat vector, by name, in layout order. Views, not copies.
 * @throws RangeError when the vector has another length than the layout
 */
export function parameterViews<T extends Float32Array | Float64Array>(layout: Layout, flat: T): Map<string, T> {
  if (flat.length !== layout.size) {
    throw new RangeError(`flat parameters have ${flat.length} elements, the layout ${layout.size}`);
  }
  return new Map(layout.segments.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size) as T]));
}

/** Initial parameters in the flat vector [layout.size], gaps zero; a function of the seed alone. */
export function initialParameters(denoiser: Denoiser, seed: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(denoiser.layout.size);
  for (const { name, offset } of denoiser.layout.segments) flat.set(denoiser.initialize(name, seed), offset);
  return flat;
}
