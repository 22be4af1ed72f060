import { storageBytes } from '../../ir/dtype';
import { type Graph, stateShape } from '../../ir/program';
import { sizeOf } from '../../ir/shape';
import type { Tensor } from '../../ir/tensor';
import { Emitter, type Memory } from '../../lower/emitter';
import type { Form } from '../../lower/form';
import { genericForms } from '../../lower/generic';
import { repeatWork } from '../../lower/work';
import type { Scratch } from '../../lower/writer';
import type { OracleResult } from '../../oracle/interpret';
import type { Group } from '../../plan/fuse';
import type { Kernel, KernelOperand } from '../../plan/kernel';
import { bufferText, type Place, place } from '../../plan/memory';
import type { Plan } from '../../plan/plan';
import type { GroupValues, LoweredGroup, Target } from '../../plan/target';
import type { ComparedValues } from '../compare';
import { type Cells, type Given, NumberWriter } from './writer';

/** How elements of four neighbours are held: one by one, or all of them by one expression. */
export type Holding = 'apart' | 'together';

/** A kernel that runs right here. */
export interface NumberKernel {
  /** Does all items, of the operands in these places. */
  run(places: readonly Place[], memory: NumberBuffers): void;
}

/** Elements of one operand. What is outside of it can be asked for, and is not a number. */
class Operand implements Cells {
  private cells: Float64Array = new Float64Array(0);
  private step = 1;
  writable = false;

  constructor(readonly place: Place) {}

  attach(at: Place, memory: NumberBuffers): void {
    this.step = memory.step(at);
    this.cells = memory.cells(at);
  }

  get(at: number): number {
    return this.cells[at * this.step] ?? Number.NaN;
  }

  set(at: number, value: number): void {
    if (!(at >= 0 && at * this.step < this.cells.length)) throw new Error(`element ${at} is written, which is none`);
    this.cells[at * this.step] = value;
  }
}

class Operands implements Given {
  readonly list: Operand[] = [];

  constructor(
    private readonly values: GroupValues,
    private readonly kept: Map<Scratch, Place>,
  ) {}

  private of(at: Place, writable: boolean): Operand {
    const known = this.list.find((one) => one.place.key === at.key && one.place.size === at.size);
    const operand = known ?? new Operand(at);
    if (!known) this.list.push(operand);
    operand.writable ||= writable;
    return operand;
  }

  readable(t: Tensor): Cells {
    return this.of(this.values.placeOf(t), false);
  }

  writable(t: Tensor): Cells {
    return this.of(this.values.placeOf(t), true);
  }

  scalar(name: string): Cells {
    return this.of(this.values.scalar(name), false);
  }

  scratch(scratch: Scratch): Cells {
    const { items, width, dtype } = scratch;
    const at = this.kept.get(scratch) ?? this.values.scratch(items * width, dtype);
    this.kept.set(scratch, at);
    return this.of(at, true);
  }
}

/** A target whose kernels are the generic forms, in numbers. */
export function numberTarget(holding: Holding): Target<NumberKernel> {
  const target: Target<NumberKernel> = {
    name: 'numbers',
    profile: { vendor: '', architecture: '', device: '', description: 'numbers', software: true, halves: true },
    identity: ['numbers'],
    limits: { operands: 8, operandBytes: 2 ** 30, alignment: 4, sharedBuffers: holding === 'together', keptBytes: 0 },
    defaults: new Map(),
    candidates: () => [],
    lower: (group, values) => lowerGroup(group, values, holding),
    keyOf: () => '',
    samples: () => [target],
  };
  return target;
}

function lowerGroup(group: Group, values: GroupValues, holding: Holding): LoweredGroup<NumberKernel> {
  const { kind, anchor, outputs } = group;
  if (kind === 'named') throw new Error(`${anchor.describe()} has to be expanded`);
  const memory: Memory = {
    isStored: (t) => values.isStored(t) && !outputs.includes(t),
    isHalf: (t) => values.isHalf(t),
    operations: () => 1,
  };
  const { forms } = genericForms(
    { kind, anchor, outputs },
    {
      memory,
      operands: 8,
      operandOf: (t) => values.placeOf(t).key,
      takesFour: () => true,
      unaligned: holding === 'together',
      along: true,
    },
  );
  const kept = new Map<Scratch, Place>();
  const kernel = (form: Form): Kernel<NumberKernel> => {
    const given = new Operands(values, kept);
    const e = new Emitter(memory, new NumberWriter(given, holding === 'apart' ? [0, 1, 2, 3] : [0]));
    form.write(e);
    return {
      label: kind,
      form: `${kind} ${form.name}`,
      operands: given.list.map(({ place, writable }): KernelOperand => ({ place, writable })),
      items: form.items,
      work: repeatWork(e.work, form.items),
      code: {
        run(places, buffers) {
          for (const [i, operand] of given.list.entries()) operand.attach(places[i]!, buffers);
          // Items may come in any order.
          for (let item = form.items - 1; item >= 0; item--) e.writer.run(item);
        },
      },
    };
  };
  return { kernels: forms.map(kernel) };
}

/** The buffers of a program, by name: a number for every two bytes, the first of an element its value. */
class NumberBuffers {
  private readonly all = new Map<string, Float64Array>();

  constructor(graph: Graph, plan: Plan<NumberKernel>, { inputs, state, scalars }: ComparedValues) {
    const fill = (at: Place, data: ArrayLike<number>): void => {
      this.all.set(bufferText(at.buffer), new Float64Array(2 * at.size));
      this.write(at, data);
    };
    for (const [name, { shape, dtype = 'f32' }] of Object.entries(graph.spec.inputs ?? {})) {
      fill(place({ kind: 'input', name }, 0, sizeOf(shape), dtype), inputs[name]!);
    }
    for (const [name, spec] of Object.entries(graph.spec.state ?? {})) {
      fill(place({ kind: 'state', name }, 0, sizeOf(stateShape(spec)), 'f32'), state?.[name] ?? []);
    }
    for (const [index, data] of plan.data.entries()) fill(place({ kind: 'data', index }, 0, data.length, 'f32'), data);
    for (const [index, size] of plan.packs.entries()) fill(place({ kind: 'pack', index }, 0, size, 'f32'), []);
    for (const [index, bytes] of plan.slots.entries())
      fill(place({ kind: 'slot', index }, 0, Math.ceil(bytes / 4), 'f32'), []);
    const numbers = plan.scalars.map((name) => scalars?.[name] ?? 0);
    fill(place({ kind: 'scalars' }, 0, numbers.length, 'f32'), numbers);
  }

  step({ storage }: Place): number {
    return storageBytes(storage) / 2;
  }

  cells(at: Place): Float64Array {
    const step = this.step(at);
    return this.all.get(bufferText(at.buffer))!.subarray(at.offset * step, (at.offset + at.size) * step);
  }

  read(at: Place): Float64Array {
    const [step, cells] = [this.step(at), this.cells(at)];
    return Float64Array.from({ length: at.size }, (_, i) => cells[i * step]!);
  }

  write(at: Place, data: ArrayLike<number>): void {
    const [step, cells] = [this.step(at), this.cells(at)];
    for (let i = 0; i < data.length; i++) cells[i * step] = data[i]!;
  }
}

/** Runs a plan once. */
export function runNumbers(graph: Graph, plan: Plan<NumberKernel>, values: ComparedValues): OracleResult {
  const buffers = new NumberBuffers(graph, plan, values);
  for (const { code, operands } of plan.kernels) {
    code.run(
      operands.map((operand) => operand.place),
      buffers,
    );
  }
  const copied = plan.copies.map(({ from, to }) => ({ to, data: buffers.read(from) }));
  for (const { to, data } of copied) buffers.write(to, data);
  const outputs = Object.entries(plan.outputs).map(([name, at]) => [name, buffers.read(at)]);
  const state = Object.keys(graph.assigns).map((name) => {
    const size = sizeOf(stateShape(graph.spec.state![name]!));
    return [name, buffers.read(place({ kind: 'state', name }, 0, size, 'f32'))];
  });
  return { outputs: Object.fromEntries(outputs), state: Object.fromEntries(state) };
}
