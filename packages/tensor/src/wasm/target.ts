import type { Target } from '../plan/target';
import type { Profile } from '../profile';
import { keyOf, type WasmCode } from './code';
import { lowerGroup } from './lower';
import type { WasmMachine } from './machine';
import { namedCandidates } from './named';

/** WebAssembly as plans see it. Kernels are functions, to be written into a module. */
export interface WasmTarget extends Target<WasmCode> {
  readonly profile: Profile;
  /** Whether the runtime multiplies and adds in one instruction. */
  readonly relaxed: boolean;
}

/** Addresses of operands and places for scalars are arguments of a function, of which this many are few. */
const MOST_OPERANDS = 64;

/** The target of a runtime; nothing has to run for it. */
export function wasmTarget(machine: WasmMachine): WasmTarget {
  const { relaxed, threads } = machine;
  const words = ['WebAssembly', relaxed ? 'relaxed SIMD' : 'SIMD'];
  const description = [...words, threads === 1 ? '1 thread' : `${threads} threads`].join(', ');
  return {
    name: 'wasm',
    relaxed,
    profile: { vendor: '', architecture: '', device: '', description, software: true, halves: false },
    // Not the threads, on which no result depends.
    identity: [words.join(', ')],
    limits: {
      operands: MOST_OPERANDS,
      // Of 32 bits, as long as nothing else is there.
      operandBytes: 2 ** 32,
      // A line of a cache: kernels that write neighbours do not wait for each other.
      alignment: 16,
      sharedBuffers: true,
      // A sixteenth of all memory, which a program takes beside what it needs.
      keptBytes: 2 ** 28,
    },
    defaults: new Map(),
    candidates: namedCandidates,
    lower: (group, values) => lowerGroup(machine, group, values),
    keyOf,
    samples: () => [true, false].map((one) => wasmTarget({ relaxed: one, threads: 1 })),
  };
}
