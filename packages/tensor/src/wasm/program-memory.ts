import { BYTES_PER_ELEMENT } from '../ir/dtype';
import type { Graph } from '../ir/program';
import { sizeOf } from '../ir/shape';
import { type BufferName, bufferText, type Place } from '../plan/memory';
import type { Plan } from '../plan/plan';
import type { WasmCode } from './code';
import type { Block } from './heap';
import type { WasmOwner } from './owner';
import type { WasmStore } from './store';

/** The memory of one program, by the names its plan uses. */
export class ProgramMemory {
  /** By `bufferText`. */
  private readonly own = new Map<string, Block>();

  constructor(
    private readonly owner: WasmOwner,
    private readonly store: WasmStore,
  ) {}

  make(graph: Graph, plan: Plan<WasmCode>): void {
    const { heap } = this.owner;
    const makeBytes = (name: BufferName, bytes: number, label: string): Block => {
      const block = this.owner.take(bytes, label);
      this.own.set(bufferText(name), block);
      return block;
    };
    const make = (name: BufferName, elements: number, label: string): Block =>
      makeBytes(name, elements * BYTES_PER_ELEMENT, label);
    for (const [name, spec] of Object.entries(graph.spec.inputs ?? {})) {
      make({ kind: 'input', name }, sizeOf(spec.shape), `input ${name}`);
    }
    plan.slots.forEach((bytes, index) => {
      makeBytes({ kind: 'slot', index }, bytes, `temporary ${index}`);
    });
    plan.kept.forEach((bytes, index) => {
      makeBytes({ kind: 'kept', index }, bytes, `layout ${index}`);
    });
    plan.packs.forEach((size, index) => {
      make({ kind: 'pack', index }, size, `flat vector ${index}`);
    });
    plan.data.forEach((data, index) => {
      heap.write(make({ kind: 'data', index }, data.length, `constant ${index}`).address, data);
    });
    make({ kind: 'scalars' }, plan.scalars.length, 'scalars');
  }

  address({ buffer, offset }: Pick<Place, 'buffer' | 'offset'>): number {
    const base = buffer.kind === 'state' ? this.store.address(buffer.name) : this.own.get(bufferText(buffer))!.address;
    return base + offset * BYTES_PER_ELEMENT;
  }

  get bytes(): number {
    return [...this.own.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  destroy(): void {
    for (const block of this.own.values()) this.owner.free(block);
    this.own.clear();
  }
}
