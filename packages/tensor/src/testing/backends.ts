import { type Backend, type CompileOptions, openDevice, openOracle, openWasm } from '../index';

/** Options of a compiled backend that tests ask for: `generic` is the plain lowering, a second program of the same meaning. */
export type TestedOptions = CompileOptions & { readonly generic?: boolean };

type Opened = readonly [name: string, open: () => Promise<Backend>];

/** Those that make kernels, to be compared with the oracle: `describe.each(compiledBackends)`. */
export const compiledBackends: readonly Opened[] = [
  ['WebGPU', () => openDevice()],
  ['WebAssembly', () => openWasm()],
];

/** Every backend, for tests that hold on all of them: `describe.each(backends)`. */
export const backends: readonly Opened[] = [['the oracle', async () => openOracle()], ...compiledBackends];
