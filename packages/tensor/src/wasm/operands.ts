import type { Tensor } from '../ir/tensor';
import type { Scratch } from '../lower/writer';
import type { KernelOperand } from '../plan/kernel';
import type { Place } from '../plan/memory';
import type { GroupValues } from '../plan/target';
import type { Value } from './assembler';
import type { KernelMemory } from './writer/writer';

type Int = Value<'i32'>;

/** What a kernel is given, in the order in which its code first names it. */
export class Operands {
  private readonly found = new Map<string, KernelOperand>();

  /** @param scratch where the memory between the kernels of the group lies */
  constructor(
    private readonly values: GroupValues,
    private readonly scratch: ReadonlyMap<Scratch, Place> = new Map(),
  ) {}

  get all(): readonly KernelOperand[] {
    return [...this.found.values()];
  }

  /** The operands at their addresses. @param unknown stands for those that were not named before */
  at(addresses: readonly Int[], unknown: Int): KernelMemory {
    const { values, scratch, found } = this;
    const address = (place: Place, writable: boolean): Int => {
      const { key } = place;
      found.set(key, { place, writable: writable || found.get(key)?.writable === true });
      return addresses[[...found.keys()].indexOf(key)] ?? unknown;
    };
    return {
      tensor: (t: Tensor, writable) => address(values.placeOf(t), writable),
      scalar: (name) => address(values.scalar(name), false),
      scratch: (one, writable) => address(scratch.get(one)!, writable),
    };
  }
}
