import type { Device } from '../device/device';
import { DeviceError } from '../device/errors';
import { BufferUsage } from '../device/types';
import { BYTES_PER_ELEMENT, type TypedArray, viewBytes } from '../ir/dtype';
import { type StateSpec, stateShape, stateType } from '../ir/program';
import { sizeOf } from '../ir/shape';

/** Elements that `load` hands over at once: 64 MiB. */
const LOAD_PART = 2 ** 24;

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
    if (found) return found;
    if (name in this.spec) throw new DeviceError(`state '${name}': used after its store was destroyed`);
    throw new RangeError(`state '${name}' is not in the store (it holds ${Object.keys(this.spec).join(', ')})`);
  }

  /** Sets all elements of `name`. */
  write(name: string, data: TypedArray): void {
    this.device.write(this.checked(name, data), 0, data);
  }

  /** As `write`, a part at a time, so that the copy on its way to the device stays small. */
  async load(name: string, data: TypedArray): Promise<void> {
    if (data.length <= LOAD_PART) return this.write(name, data);
    const target = this.checked(name, data);
    for (let at = 0; at < data.length; at += LOAD_PART) {
      this.device.write(target, at * BYTES_PER_ELEMENT, data.subarray(at, at + LOAD_PART));
      await this.device.idle();
    }
  }

  /** All elements of `name`, once every run submitted before has finished. */
  async read(name: string): Promise<TypedArray> {
    const one = this.spec[name];
    const size = one ? sizeOf(stateShape(one)) * BYTES_PER_ELEMENT : 0;
    return viewBytes(one ? stateType(one) : 'f32', await this.device.read(this.buffer(name), 0, size));
  }

  private checked(name: string, data: TypedArray): GPUBuffer {
    const target = this.buffer(name);
    const expected = sizeOf(stateShape(this.spec[name]!));
    if (data.length !== expected)
      throw new RangeError(`state '${name}' takes ${expected} elements, got ${data.length}`);
    return target;
  }

  destroy(): void {
    for (const buffer of this.buffers.values()) this.device.destroyBuffer(buffer);
    this.buffers.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
