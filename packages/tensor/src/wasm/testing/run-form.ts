import { ModuleBuilder } from '../assembler';
import { type Form, type FormMemory, SLACK } from '../forms/form';
import { openOneThread, openThreads } from '../threads/threads';
import type { KernelCall } from '../threads/walk.js';

const PAGE = 65536;

/** Bits that nothing computes: what is read of them shows in the result, and what is written over them too. */
const UNTOUCHED = 0x7fc12345;

export interface FormRun {
  /** Threads; without workers on this one. */
  readonly workers?: number;
  /** Items of a call at least, in place of the form's own. */
  readonly grain?: number;
  /** Output i lies where input `aliases[i]` does. */
  readonly aliases?: Readonly<Record<number, number>>;
}

/** A form laid into memory and compiled, to be run any number of times. */
export interface LoadedForm {
  run(): Promise<void>;
  /** @throws Error when something was written that is neither output nor scratch */
  outputs(): Float32Array[];
  destroy(): void;
}

/** Lays out a form's memory, with untouched bits around everything and in all that is not input. */
export async function loadForm(
  form: Form,
  inputs: readonly (Float32Array | Uint32Array)[],
  outputSizes: readonly number[],
  { workers = 0, grain, aliases = {} }: FormRun = {},
): Promise<LoadedForm> {
  let end = 64;
  const place = (floats: number): number => {
    const at = end;
    end += 16 * Math.ceil((4 * floats + SLACK) / 16);
    return at;
  };
  const inputPlaces = inputs.map((x) => place(x.length));
  const outputPlaces = outputSizes.map((size, i) =>
    aliases[i] === undefined ? place(size) : inputPlaces[aliases[i]]!,
  );
  const others = new Map<FormMemory, number>();
  const floatsOf = (memory: FormMemory): number => {
    if (memory.kind === 'table') return memory.values.length;
    if (memory.kind !== 'scratch') throw new Error(`${memory.kind} has no size of its own`);
    return memory.perThread ? Math.max(1, workers) * memory.floats : memory.floats;
  };
  for (const { memory } of form.kernels.flatMap(({ operands }) => operands)) {
    const own = memory.kind === 'scratch' || memory.kind === 'table';
    if (own && !others.has(memory)) others.set(memory, place(floatsOf(memory)));
  }
  const address = (memory: FormMemory): number => {
    if (memory.kind === 'input') return inputPlaces[memory.index]!;
    return memory.kind === 'output' ? outputPlaces[memory.index]! : others.get(memory)!;
  };
  const pages = Math.ceil(end / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: workers > 0 });
  const words = new Uint32Array(memory.buffer).fill(UNTOUCHED);
  const floats = new Float32Array(memory.buffer);
  for (const [i, at] of inputPlaces.entries()) words.set(new Uint32Array(inputs[i]!.slice().buffer), at / 4);
  for (const [kind, at] of others) if (kind.kind === 'table') words.set(kind.values, at / 4);

  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', { minimum: pages, maximum: pages, shared: workers > 0 });
  const calls = form.kernels.map((kernel, i): KernelCall => {
    const name = `${i} ${kernel.name}`;
    module.export({ ...kernel.write(module), name });
    const args = kernel.operands.map((operand) => address(operand.memory));
    return { name, items: kernel.items, grain: grain ?? kernel.grain, args };
  });
  const threads = workers === 0 ? openOneThread(memory) : await openThreads(memory, workers);
  const program = await threads.add(await WebAssembly.compile(module.bytes()), calls);
  const around = [...inputPlaces, ...outputPlaces, ...others.values(), 64].sort((a, b) => a - b);
  return {
    run: () => program.run(),
    destroy: () => threads.destroy(),
    outputs() {
      const sizes = new Map<number, number>([
        ...inputs.map((x, i) => [inputPlaces[i]!, x.length] as const),
        ...outputSizes.map((size, i) => [outputPlaces[i]!, size] as const),
        ...[...others].map(([m, at]) => [at, floatsOf(m)] as const),
      ]);
      for (const [i, at] of around.entries()) {
        const from = at / 4 + (sizes.get(at) ?? 0);
        const to = (around[i + 1] ?? end) / 4;
        const written = words.subarray(from, Math.max(from, to)).findIndex((word) => word !== UNTOUCHED);
        if (written >= 0) throw new Error(`something was written ${written} floats behind what lies at ${at}`);
      }
      for (const [i, at] of inputPlaces.entries()) {
        if (Object.values(aliases).includes(i)) continue;
        const kept = words.subarray(at / 4, at / 4 + inputs[i]!.length);
        const given = new Uint32Array(inputs[i]!.slice().buffer);
        if (given.some((word, j) => word !== kept[j])) throw new Error(`input ${i} was written over`);
      }
      return outputSizes.map((size, i) => floats.slice(outputPlaces[i]! / 4, outputPlaces[i]! / 4 + size));
    },
  };
}

/** Outputs of a form, computed once. */
export async function runForm(...args: Parameters<typeof loadForm>): Promise<Float32Array[]> {
  const loaded = await loadForm(...args);
  try {
    await loaded.run();
    return loaded.outputs();
  } finally {
    loaded.destroy();
  }
}
