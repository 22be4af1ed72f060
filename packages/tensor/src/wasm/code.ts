import { ModuleBuilder, type ValueType, type WasmFunction } from './assembler';
import { importedMemory } from './heap';

/** A function of (from, to, ...address in bytes by operand) over items. */
type KernelFunction = WasmFunction<readonly ValueType[], undefined>;

/** What computes a kernel of a plan: a function of a module. */
export interface WasmCode {
  /** Items that a call takes at least. */
  readonly grain: number;
  /** Writes it, and what it calls. */
  write(module: ModuleBuilder): KernelFunction;
}

/** Code once written: a module of its own, to be put into others. */
interface Written {
  readonly key: string;
  readonly module: ModuleBuilder;
  readonly kernel: KernelFunction;
}

/** Every byte is a letter of its own. */
const text = new TextDecoder('latin1');

const known = new WeakMap<WasmCode, Written>();

function writtenOf(code: WasmCode): Written {
  const found = known.get(code);
  if (found) return found;
  const module = new ModuleBuilder();
  const kernel = code.write(module);
  // Names are for people. A module's functions differ by their code alone.
  const written = { key: `${code.grain}:${text.decode(module.code())}`, module, kernel };
  known.set(code, written);
  return written;
}

/** The same for kernels that are one once written. */
export const keyOf = (code: WasmCode): string => writtenOf(code).key;

/** Puts a kernel into a module. */
export function putKernel(into: ModuleBuilder, code: WasmCode): KernelFunction {
  const { module, kernel } = writtenOf(code);
  return { ...kernel, index: into.append(module) + kernel.index };
}

/** A module to write kernels into. */
export function moduleOfKernels(shared: boolean): ModuleBuilder {
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', importedMemory(shared));
  return module;
}
