import { ModuleBuilder, type ValueType, type WasmFunction } from './assembler';
import { importedMemory } from './heap';

/** What computes a kernel of a plan: a function of a module. */
export interface WasmCode {
  /** Items that a call takes at once. */
  readonly chunk: number;
  /** Writes it, and what it calls: (from, to, ...address in bytes by operand) over items. */
  write(module: ModuleBuilder): WasmFunction<readonly ValueType[], undefined>;
}

/** Every byte is a letter of its own. */
const text = new TextDecoder('latin1');

const keys = new WeakMap<WasmCode, string>();

/** The same for kernels that are one once written. */
export function keyOf(code: WasmCode): string {
  const known = keys.get(code);
  if (known !== undefined) return known;
  const module = moduleOfKernels(false);
  code.write(module);
  // Names are for people. A module's functions differ by their code alone.
  const key = `${code.chunk}:${text.decode(module.code())}`;
  keys.set(code, key);
  return key;
}

/** A module to write kernels into. */
export function moduleOfKernels(shared: boolean): ModuleBuilder {
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', importedMemory(shared));
  return module;
}
