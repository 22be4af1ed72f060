import type { Work } from '../../lower/work';
import type { ModuleBuilder, Value, ValueType, WasmFunction } from '../assembler';

/**
 * Memory of a call. Inputs and outputs are dense, row-major; all begin at multiples of 16 bytes. Up to {@link SLACK} bytes
 * behind any of them may be read, never used and never written.
 */
export type FormMemory =
  | { readonly kind: 'input' | 'output'; readonly index: number }
  /** Lives for this call only; its object tells it from others. */
  | { readonly kind: 'scratch'; readonly floats: number }
  | { readonly kind: 'table'; readonly values: Uint32Array };

/** Bytes that have to be there behind the end of whatever a form reads. */
export const SLACK = 32;

export interface FormOperand {
  readonly memory: FormMemory;
  /** False where it is only read. */
  readonly writable: boolean;
}

/** (from, to, ...addresses of the operands in bytes), over items. */
export type FormFunction = WasmFunction<readonly ValueType[], undefined>;

/** One kernel of a form, as data: what it computes on which memory, and how its code is written. */
export interface FormKernel {
  /** The kind of kernel and its sizes, for people. */
  readonly name: string;
  readonly items: number;
  /** Items of a call. It does not depend on the number of threads: what threads share, such as scratch, is told by it. */
  readonly chunk: number;
  readonly operands: readonly FormOperand[];
  readonly work: Work;
  /** Writes the function and those that it calls; exports none. */
  write(module: ModuleBuilder): FormFunction;
}

/** A way to compute a call: kernels in order, each to begin when the one before it is done. */
export interface Form {
  readonly kernels: readonly FormKernel[];
}

export const reads = (memory: FormMemory): FormOperand => ({ memory, writable: false });
export const writes = (memory: FormMemory): FormOperand => ({ memory, writable: true });
export const input = (index: number): FormMemory => ({ kind: 'input', index });
export const output = (index: number): FormMemory => ({ kind: 'output', index });
export const scratch = (floats: number): FormMemory => ({ kind: 'scratch', floats });
export const table = (values: Uint32Array): FormMemory => ({ kind: 'table', values });

export type Int = Value<'i32'>;
export type Vector = Value<'v128'>;

/** Items of a chunk, so that there are about `chunks` of them and none is below `least` items. */
export const chunkOf = (items: number, chunks: number, least = 1): number =>
  Math.max(1, least, Math.ceil(items / chunks));
