import { type Backend, type Oracle, openDevice, openOracle, openWasm } from '@noisesmith/tensor';

/** The oracle with states that a checkpoint holds to the bit. */
export const singleOracle = (): Oracle => openOracle({ precision: 'f32' });

/** Every backend, for tests that hold on all of them: `describe.each(backends)`. */
export const backends: readonly (readonly [name: string, open: () => Promise<Backend>])[] = [
  ['the oracle', async () => singleOracle()],
  ['WebGPU', () => openDevice()],
  ['WebAssembly', () => openWasm()],
];
