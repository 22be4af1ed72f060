import { allowRelaxedSimd } from '#wasm-platform';
import { f32x4, ModuleBuilder, type Value } from './assembler';

/** What a runtime's WebAssembly can do. */
export interface WasmFeatures {
  /** Vectors of 128 bits, without which nothing here runs. */
  readonly simd: boolean;
  /** Multiply and add in one instruction. */
  readonly relaxedSimd: boolean;
  /** Memory that workers share; a page has it where it is cross-origin isolated. */
  readonly threads: boolean;
}

/** Whether the runtime takes a module with such an expression. */
function takes(expression: () => Value): boolean {
  const module = new ModuleBuilder();
  module.function('probe', [], expression);
  return WebAssembly.validate(module.bytes());
}

const relaxed = (): Value => f32x4.relaxedMadd(1, 2, 3);

function hasThreads(): boolean {
  // A page that is not isolated may make shared memory but not hand it to a worker. Node has no such word.
  if (typeof SharedArrayBuffer !== 'function' || globalThis.crossOriginIsolated === false) return false;
  const module = new ModuleBuilder();
  module.memory('memory', { minimum: 1, maximum: 1, shared: true });
  return WebAssembly.validate(module.bytes());
}

/**
 * What this runtime can do. Turns relaxed SIMD on where it waits behind a flag, so this has to be called before the first
 * module that uses it is made.
 */
export function wasmFeatures(): WasmFeatures {
  if (typeof WebAssembly !== 'object') return { simd: false, relaxedSimd: false, threads: false };
  if (!takes(relaxed)) allowRelaxedSimd();
  return { simd: takes(() => f32x4.splat(0)), relaxedSimd: takes(relaxed), threads: hasThreads() };
}

/** Why nothing here runs in a runtime with these features; undefined where it does. */
export const whyNoWasm = ({ simd }: WasmFeatures): string | undefined =>
  simd ? undefined : 'this runtime has no WebAssembly SIMD: use Node 20, Chrome 91, Firefox 89, Safari 16.4 or newer';
