/** A float32 tensor in host memory, row-major. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export type HostTensors = ReadonlyMap<string, HostTensor>;

/** Values by tensor name. */
export type NamedArrays = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** @throws Error when the number of values is not the shape's */
export function hostTensor(shape: readonly number[], data: Float32Array<ArrayBuffer>): HostTensor {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values for a tensor of shape [${shape}]`);
  return { shape, data };
}

/** @throws Error naming the tensor when there is none */
export function tensorNamed(tensors: HostTensors, name: string): HostTensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`tensor ${JSON.stringify(name)} is missing`);
  return found;
}

/** The tensors whose names start with `prefix`, without it. */
export function under(tensors: HostTensors, prefix: string): Map<string, HostTensor> {
  return new Map(
    [...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [])),
  );
}

/** Axes of a host tensor in another order: axis i of the result is axis `order[i]` of `tensor`. */
export function transposed({ shape, data }: HostTensor, order: readonly number[]): HostTensor {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const target = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const index = target.map(() => 0);
  let source = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[source]!;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += steps[axis]!;
      if (index[axis]! < target[axis]!) break;
      source -= steps[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: target, data: out };
}
