import { factorOf, variable } from '../ir/index-value';
import type { Distribution, Tensor } from '../ir/tensor';
import { concatForms } from '../lower/concat';
import { contractForm } from '../lower/contract';
import type { Memory } from '../lower/emitter';
import { Fold } from '../lower/fold';
import type { Form } from '../lower/form';
import { costOf, pointwiseForm } from '../lower/pointwise';
import { reduceForms } from '../lower/reduce';
import type { Scratch, Width } from '../lower/writer';
import type { Group } from '../plan/fuse';
import type { GroupValues, LoweredGroup } from '../plan/target';
import type { WasmCode } from './code';
import type { WasmMachine } from './machine';
import { kernelOfForm } from './writer/form-kernel';

/** The kernels of one group. */
export function lowerGroup(machine: WasmMachine, group: Group, values: GroupValues): LoweredGroup<WasmCode> {
  const memory = memoryOf(group, values);
  // The plain meaning is one element at a time.
  const width: Width = values.generic ? 1 : 4;
  const kernels = (forms: readonly Form[], shared: readonly Scratch[] = []): LoweredGroup<WasmCode> => {
    const scratch = new Map(shared.map((one) => [one, values.scratch(one.items * one.width, one.dtype)]));
    return {
      kernels: forms.map((form, i) => {
        const label = forms.length > 1 ? `${labelOf(group)} ${i + 1}` : labelOf(group);
        return kernelOfForm({ machine, memory, values, form, label, kind: kindOf(group), scratch });
      }),
    };
  };
  const { anchor, outputs } = group;
  switch (group.kind) {
    case 'pointwise':
      return kernels(
        anchor.node.kind === 'concat'
          ? concatForms(anchor, {
              loadsOf: (x) => loadsOf(values, memory, x),
              operands: Number.POSITIVE_INFINITY,
              widthOf: () => width,
            })
          : [pointwiseForm(anchor, width)],
      );
    case 'reduce': {
      const fold = new Fold(anchor, width === 4 && foldsSideBySide(anchor) ? 4 : 1);
      const { forms, scratch } = reduceForms(fold, outputs);
      return kernels(forms, scratch);
    }
    case 'contract':
      return kernels([contractForm(anchor, outputs)]);
    case 'named':
      throw new Error(`${anchor.describe()}: no kernel computes it whole`);
  }
}

const memoryOf = (group: Group, values: GroupValues): Memory => ({
  isStored: (t) => values.isStored(t) && !group.outputs.includes(t),
  isHalf: (t) => values.isHalf(t),
  operations: (of) => OPERATIONS[of],
});

/** Operations on vectors, as they are written in `math`. */
const OPERATIONS: Record<'erf' | Distribution, number> = { erf: 46, bits: 119, uniform: 123, normal: 208 };

/** Places that computing an element of `x` loads from. */
function loadsOf(values: GroupValues, memory: Memory, x: Tensor): Set<string> {
  const { loads, readsScalars } = costOf(memory, x);
  return new Set([...[...loads].map((t) => values.placeOf(t).key), ...(readsScalars ? ['scalars'] : [])]);
}

/** True where the elements of four neighbouring results lie side by side. */
function foldsSideBySide(output: Tensor): boolean {
  const fold = new Fold(output, 4);
  return output.size % 4 === 0 && factorOf(fold.element('first', 0, variable('r', fold.length)), 'lane') === 1;
}

const kindOf = ({ kind, anchor: { node } }: Group): string =>
  node.kind === 'named' ? node.call.definition.name : kind;

function labelOf(group: Group): string {
  const { path } = group.anchor;
  return path ? `${path}/${kindOf(group)}` : kindOf(group);
}
