import { quadVariable } from '../ir/index-value';
import { printSizes } from '../ir/shape';
import type { Distribution, Tensor } from '../ir/tensor';
import type { Memory } from '../lower/emitter';
import { type Form, type Forms, firstOf } from '../lower/form';
import { type GenericRules, genericForms } from '../lower/generic';
import { ElementIndex } from '../lower/index-form';
import type { Scratch } from '../lower/writer';
import { isUniform } from '../plan/core';
import type { Group } from '../plan/fuse';
import type { Kernel } from '../plan/kernel';
import type { GroupValues, LoweredGroup } from '../plan/target';
import type { WasmCode } from './code';
import { contractForm as fastContractForm } from './forms/contract';
import { lowerAlike } from './lower-alike';
import { contractionOf } from './lower-contract';
import { kernelsOfForm, placedMemory } from './lower-form';
import type { WasmMachine } from './machine';
import { namedForm } from './named';
import { kernelOfForm } from './writer/form-kernel';

/** The kernels of one group. */
export const lowerGroup = (machine: WasmMachine, group: Group, values: GroupValues): LoweredGroup<WasmCode> =>
  lowerAlike(group, values, labelOf, (one, memory) => lowerOnce(machine, one, memory));

function lowerOnce(machine: WasmMachine, group: Group, values: GroupValues): LoweredGroup<WasmCode> {
  const memory = memoryOf(group, values);
  const kernels = ({ forms, scratch: shared = [] }: Forms): LoweredGroup<WasmCode> => {
    const scratch = new Map(shared.map((one) => [one, values.scratch(one.items * one.width, one.dtype)]));
    return {
      kernels: forms.map((form, i) => {
        const label = forms.length > 1 ? `${labelOf(group)} ${i + 1}` : labelOf(group);
        return kernelOfForm({ machine, memory, values, form, label, kind: kindOf(group), scratch });
      }),
    };
  };
  const { anchor, outputs } = group;
  const namedKernels = ({ anchor: { node } }: Group): Kernel<WasmCode>[] => {
    if (node.kind !== 'named') throw new Error('not a named call');
    const { call } = node;
    const results = call.expansion.map((like, index) => {
      const t = outputs.find((one) => one.node.kind === 'result' && one.node.index === index);
      return { like, place: t && values.placeOf(t) };
    });
    // What is written out where it is read has to be in memory for a form.
    const before: Kernel<WasmCode>[] = [];
    const inputs = call.xs.map((x) => {
      if (!isUniform(x)) return values.placeOf(x);
      const made = { items: Math.ceil(x.size / 4), width: 4, dtype: x.dtype } as const;
      const filled = kernels({ forms: [fillForm(x, made)], scratch: [made] }).kernels;
      before.push(...filled);
      return filled[0]!.operands.find(({ writable }) => writable)!.place;
    });
    const wanted = results.map(({ place }) => place !== undefined);
    const form = namedForm(call, { relaxed: machine.relaxed, wanted });
    return [
      ...before,
      ...kernelsOfForm(form, labelOf(group), placedMemory(values, { inputs, outputs: results }, machine.threads)),
    ];
  };
  const rules: GenericRules = {
    memory,
    operands: Number.POSITIVE_INFINITY,
    operandOf: (t) => values.placeOf(t).key,
    // The plain meaning is one element at a time.
    takesFour: () => !values.generic,
    unaligned: true,
    along: true,
    longestAcross: 64,
  };
  switch (group.kind) {
    case 'pointwise':
    case 'reduce':
      return kernels(genericForms({ kind: group.kind, anchor, outputs }, rules));
    case 'contract': {
      const found = isPlain(values) ? undefined : contractionOf(machine, memory, group, values);
      if (!found) return kernels(genericForms({ kind: 'contract', anchor, outputs }, rules));
      return { kernels: kernelsOfForm(fastContractForm(found.contraction), labelOf(group), found.placed) };
    }
    case 'named':
      return { kernels: namedKernels(group) };
  }
}

/** Writes the elements of `x`, which stands on no other tensor, to memory. */
const fillForm = (x: Tensor, scratch: Scratch): Form => ({
  name: `fill ${printSizes(x.shape)}`,
  items: scratch.items,
  write(e) {
    const first = firstOf(e, 4);
    const element = (lane: number) => ElementIndex.linear(x.shape, quadVariable(first, lane, x.size));
    e.keep(
      scratch,
      e.lanes(4).map((lane) => e.value(x, element(lane))),
    );
  },
});

/** @throws RangeError when a form of the contraction is asked for that there is not */
function isPlain({ generic, variants: { contract: form = 'tiles' } }: GroupValues): boolean {
  if (form !== 'tiles' && form !== 'plain')
    throw new RangeError(`no form '${form}' of the contraction, expected tiles or plain`);
  return generic || form === 'plain';
}

const memoryOf = (group: Group, values: GroupValues): Memory => ({
  isStored: (t) => values.isStored(t) && !group.outputs.includes(t),
  isHalf: (t) => values.isHalf(t),
  operations: (of) => OPERATIONS[of],
});

/** Operations on vectors, as they are written in `math`. */
const OPERATIONS: Record<'erf' | Distribution, number> = { erf: 27, bits: 119, uniform: 123, normal: 208 };

const kindOf = ({ kind, anchor: { node } }: Group): string =>
  node.kind === 'named' ? node.call.definition.name : kind;

function labelOf(group: Group): string {
  const { path } = group.anchor;
  return path ? `${path}/${kindOf(group)}` : kindOf(group);
}
