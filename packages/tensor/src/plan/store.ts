import type { Device } from '../device/device';
import { BufferUsage } from '../device/types';
import { BYTES_PER_ELEMENT, type TypedArray, viewBytes } from '../ir/dtype';
import { type StateSpec, stateShape, stateType } from '../ir/program';
import { sizeOf } from '../ir/shape';

/** Kernels read and write it, the host writes it and copies it back. */
export const STATE_USAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

/** Persistent tensors on a device. Several programs may share one store. */
export class Store implements Disposable {
  private readonly buffers = new Map<string, GPUBuffer>();

  constructor(
    readonly device: Device,
    readonly spec: Readonly<Record<string, StateSpec>>,
  ) {
    for (const [name, one] of Object.entries(spec)) {
      const size = sizeOf(stateShape(one)) * BYTES_PER_ELEMENT;
      this.buffers.set(name, device.createBuffer({ label: `state ${name}`, size, usage: STATE_USAGE }));
    }
  }

  /** The buffer that holds `name`, elements from its first byte on. */
  buffer(name: string): GPUBuffer {
    const found = this.buffers.get(name);
    if (!found)
      throw new RangeError(`state '${name}' is not in the store (it holds ${Object.keys(this.spec).join(', ')})`);
    return found;
  }

  /** Sets all elements of `name`. */
  write(name: string, data: TypedArray): void {
    const expected = sizeOf(stateShape(this.spec[name] ?? { shape: [0], dtype: 'f32' }));
    const target = this.buffer(name);
    if (data.length !== expected)
      throw new RangeError(`state '${name}' takes ${expected} elements, got ${data.length}`);
    this.device.write(target, 0, data);
  }

  /** All elements of `name`, once every run submitted before has finished. */
  async read(name: string): Promise<TypedArray> {
    const one = this.spec[name];
    const size = one ? sizeOf(stateShape(one)) * BYTES_PER_ELEMENT : 0;
    return viewBytes(one ? stateType(one) : 'f32', await this.device.read(this.buffer(name), 0, size));
  }

  destroy(): void {
    for (const buffer of this.buffers.values()) this.device.destroyBuffer(buffer);
    this.buffers.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
