import type { Work } from '../../lower/work';
import { i32, type ModuleBuilder, type Value, type ValueType, type WasmFunction } from '../assembler';

/**
 * Memory of a call. Inputs and outputs are dense, row-major; all begin at multiples of 16 bytes. Up to {@link SLACK} bytes
 * behind any of them may be read, never used and never written.
 */
export type FormMemory =
  | { readonly kind: 'input' | 'output'; readonly index: number }
  /** Lives for this call only; its object tells it from others. With `perThread` there are as many floats for each thread. */
  | { readonly kind: 'scratch'; readonly floats: number; readonly perThread: boolean }
  | { readonly kind: 'table'; readonly values: Uint32Array };

/** Bytes that have to be there behind the end of whatever a form reads. */
export const SLACK = 32;

export interface FormOperand {
  readonly memory: FormMemory;
  /** False where it is only read. */
  readonly writable: boolean;
}

/** (from, to, ...addresses of the operands in bytes, number of the thread), over items; the last may be left out. */
export type FormFunction = WasmFunction<readonly ValueType[], undefined>;

/** One kernel of a form, as data: what it computes on which memory, and how its code is written. */
export interface FormKernel {
  /** The kind of kernel and its sizes, for people. */
  readonly name: string;
  readonly items: number;
  /** Items that a call takes at least: some microseconds of them. No result depends on it. */
  readonly grain: number;
  readonly operands: readonly FormOperand[];
  readonly work: Work;
  /** Present where it lays out its input for other kernels, and nothing else. */
  readonly layout?: true;
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
export const scratch = (floats: number): FormMemory => ({ kind: 'scratch', floats, perThread: false });
/** What a thread keeps during a call, and finds in its cache at the next: whole lines, so that threads share none. */
export const threadScratch = (floats: number): FormMemory & { readonly floats: number } => ({
  kind: 'scratch',
  floats: 16 * Math.ceil(floats / 16),
  perThread: true,
});
export const table = (values: Uint32Array): FormMemory => ({ kind: 'table', values });

export type Int = Value<'i32'>;
export type Vector = Value<'v128'>;

/**
 * Address of a thread's part of the scratch that is the last operand of its kernel.
 * @param args of the kernel's function, to the end: the last two, that operand and the thread, are taken off
 */
export function takeOwnScratch(args: Int[], { floats }: { readonly floats: number }): Int {
  const [address, thread] = args.splice(-2) as [Int, Int];
  return i32.add(address, i32.mul(thread, 4 * floats));
}

/** Items of so many units of work each, until there is enough of it to take a call. */
export const grainOf = (enough: number, each: number): number => Math.max(1, Math.round(enough / each));

/** Multiply-adds of a few microseconds. */
const ENOUGH_PRODUCTS = 2 ** 17;

/** Items of a call where each takes so many multiply-adds. */
export const grainOfProducts = (each: number): number => grainOf(ENOUGH_PRODUCTS, each);
