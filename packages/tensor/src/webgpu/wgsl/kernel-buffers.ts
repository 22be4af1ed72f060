import type { DType } from '../../ir/dtype';
import type { Tensor } from '../../ir/tensor';
import type { Scratch } from '../../lower/writer';
import { type Place, place } from '../../plan/memory';
import type { GroupValues } from '../../plan/target';
import type { Bindings } from './bindings';
import type { Buffers } from './writer';

/** The buffers of a group's kernels, by what lies in them. */
export class KernelBuffers implements Buffers {
  private readonly kept = new Map<Scratch, string>();

  constructor(
    private readonly values: GroupValues,
    private readonly names: Bindings<Place>,
  ) {}

  isHalf(t: Tensor): boolean {
    return this.values.isHalf(t);
  }

  read(t: Tensor): string {
    return this.names.read(this.values.placeOf(t));
  }

  readQuads(t: Tensor): string {
    return this.names.readQuads(this.values.placeOf(t));
  }

  write(t: Tensor): string {
    return this.names.write(this.values.placeOf(t));
  }

  writeQuads(t: Tensor): string {
    return this.names.writeQuads(this.values.placeOf(t));
  }

  /** All step scalars are one buffer to the kernel. */
  scalar(name: string): string {
    const { buffer, dtype, offset } = this.values.scalar(name);
    return `${this.names.read(place(buffer, 0, 1, dtype))}[${offset}]`;
  }

  scratch(scratch: Scratch): string {
    const { items, width, dtype } = scratch;
    const known = this.kept.get(scratch) ?? this.array(items * width, width, dtype);
    this.kept.set(scratch, known);
    return known;
  }

  /** A new buffer of the group's own, an array of vec4 with width 4. */
  array(elements: number, width: 1 | 4 = 1, dtype: DType = 'f32'): string {
    const at = this.values.scratch(elements, dtype);
    return width === 4 ? this.names.writeQuads(at) : this.names.write(at);
  }
}
