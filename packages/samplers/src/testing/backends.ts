import { type Backend, openDevice, openOracle, openWasm } from '@noisesmith/tensor';

/** Every backend, for tests that hold on all of them: `describe.each(backends)`. */
export const backends: readonly (readonly [name: string, open: () => Promise<Backend>])[] = [
  ['the oracle', async () => openOracle()],
  ['WebGPU', () => openDevice()],
  ['WebAssembly', () => openWasm()],
];
