import type { Tensor } from '../../ir/tensor';
import { Emitter, type Memory } from '../../lower/emitter';
import type { Form } from '../../lower/form';
import { repeatWork, type Work } from '../../lower/work';
import type { Scratch } from '../../lower/writer';
import type { Kernel, KernelOperand } from '../../plan/kernel';
import type { Place } from '../../plan/memory';
import type { GroupValues } from '../../plan/target';
import { ModuleBuilder, type Value } from '../assembler';
import type { WasmCode } from '../code';
import type { WasmMachine } from '../machine';
import { type KernelMemory, WasmWriter } from './writer';

type Int = Value<'i32'>;

/** Operations of a chunk: some tens of microseconds, beside which it costs little to take one. */
const CHUNK_OPERATIONS = 2 ** 16;

export interface FormLowering {
  readonly machine: WasmMachine;
  readonly memory: Memory;
  readonly values: GroupValues;
  readonly form: Form;
  readonly label: string;
  /** Of the group: what its forms are of. */
  readonly kind: string;
  /** Where the memory between the forms of the group lies. */
  readonly scratch: ReadonlyMap<Scratch, Place>;
}

/** A form as a kernel: a function over items, each of which does what the form writes. */
export function kernelOfForm(lowering: FormLowering): Kernel<WasmCode> {
  const { form, kind, label } = lowering;
  const operands = new Operands(lowering);
  // Written once to see what it is given; addresses are numbers of no meaning.
  const { work } = writeForm(new ModuleBuilder(), lowering, operands, []);
  const each = Math.max(1, work.flops + work.loads + work.stores);
  return {
    label,
    form: `${kind} ${form.name}`,
    operands: operands.all,
    items: form.items,
    work: repeatWork(work, form.items),
    code: {
      chunk: Math.max(1, Math.ceil(CHUNK_OPERATIONS / each)),
      write: (module) => writeForm(module, lowering, operands, operands.all).kernel,
    },
  };
}

function writeForm(
  module: ModuleBuilder,
  { machine, memory, form }: FormLowering,
  operands: Operands,
  given: readonly KernelOperand[],
) {
  let work: Work | undefined;
  const params = ['i32', 'i32', ...given.map(() => 'i32' as const)] as const;
  const kernel = module.function(form.name, params, (b, from, to, ...addresses) =>
    b.for(from, to, 1, (item) => {
      const e = new Emitter(memory, new WasmWriter(b, operands.at(addresses, from), item, machine.relaxed));
      form.write(e);
      work = e.work;
    }),
  );
  return { kernel, work: work! };
}

/** What a kernel is given, in the order in which it first names it. */
class Operands {
  private readonly found = new Map<string, KernelOperand>();

  constructor(private readonly lowering: FormLowering) {}

  get all(): readonly KernelOperand[] {
    return [...this.found.values()];
  }

  /** The operands at their addresses. @param unknown stands for those that were not named before */
  at(addresses: readonly Int[], unknown: Int): KernelMemory {
    const { values, scratch } = this.lowering;
    const address = (place: Place, writable: boolean): Int => {
      const { key } = place;
      const known = this.found.get(key);
      this.found.set(key, { place, writable: writable || known?.writable === true });
      return addresses[[...this.found.keys()].indexOf(key)] ?? unknown;
    };
    return {
      tensor: (t: Tensor, writable) => address(values.placeOf(t), writable),
      scalar: (name) => address(values.scalar(name), false),
      scratch: (one, writable) => address(scratch.get(one)!, writable),
    };
  }
}
