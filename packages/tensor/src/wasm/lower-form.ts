import type { Tensor } from '../ir/tensor';
import type { Kernel } from '../plan/kernel';
import type { Place } from '../plan/memory';
import type { GroupValues } from '../plan/target';
import type { WasmCode } from './code';
import type { Form, FormMemory } from './forms/form';

/** Where the memory of a form lies. */
export type PlacedMemory = (memory: FormMemory) => Place;

/**
 * @param outputs absent where nobody reads the result: it goes to memory of its own
 * @param threads that scratch of each thread is for
 */
export function placedMemory(
  values: GroupValues,
  known: {
    readonly inputs: readonly Place[];
    readonly outputs?: readonly { readonly place: Place | undefined; readonly like: Tensor }[];
  },
  threads: number,
): PlacedMemory {
  const made = new Map<FormMemory | number, Place>();
  const taken = (key: FormMemory | number, elements: number): Place => {
    const found = made.get(key) ?? values.scratch(elements, 'f32');
    made.set(key, found);
    return found;
  };
  return (memory) => {
    switch (memory.kind) {
      case 'input':
        return known.inputs[memory.index]!;
      case 'output': {
        const { place, like } = known.outputs![memory.index]!;
        return place ?? taken(memory.index, like.size);
      }
      case 'scratch':
        return taken(memory, memory.perThread ? threads * memory.floats : memory.floats);
      case 'table':
        return values.constant(memory.values);
    }
  };
}

/** The kernels of a form, in order. */
export const kernelsOfForm = ({ kernels }: Form, label: string, placed: PlacedMemory): Kernel<WasmCode>[] =>
  kernels.map(({ name, items, grain, operands, work, layout, write }, i) => ({
    label: kernels.length > 1 ? `${label} ${i + 1}` : label,
    form: name,
    operands: operands.map(({ memory, writable }) => ({ place: placed(memory), writable })),
    items,
    work,
    ...(layout && { layout }),
    code: { grain, write },
  }));
