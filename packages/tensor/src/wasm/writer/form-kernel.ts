import { Emitter, type Memory } from '../../lower/emitter';
import type { Form } from '../../lower/form';
import { repeatWork, type Work } from '../../lower/work';
import type { Scratch } from '../../lower/writer';
import type { Kernel, KernelOperand } from '../../plan/kernel';
import type { Place } from '../../plan/memory';
import type { GroupValues } from '../../plan/target';
import { ModuleBuilder } from '../assembler';
import type { WasmCode } from '../code';
import { grainOf } from '../forms/form';
import type { WasmMachine } from '../machine';
import { Operands } from '../operands';
import { WasmWriter } from './writer';

/** Operations of a call at least: some microseconds. */
const ENOUGH_OPERATIONS = 2 ** 14;

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
  const operands = new Operands(lowering.values, lowering.scratch);
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
      grain: grainOf(ENOUGH_OPERATIONS, each),
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
