// Reference: the usage texts of the studies.
import { afterEach, expect, it, vi } from 'vitest';
import { missingAdapter } from './backend-named';
import { parseExplainOptions } from './explain/options';

afterEach(() => vi.unstubAllEnvs());

it('a study measures WebGPU, or WebAssembly where the set-up found no adapter, unless one is named', () => {
  vi.stubEnv('BENCH_WITHOUT_ADAPTER', undefined);
  expect(missingAdapter()).toBeUndefined();
  expect(parseExplainOptions([]).backend).toBe('webgpu');
  vi.stubEnv('BENCH_WITHOUT_ADAPTER', 'no driver');
  expect(missingAdapter()).toBe('no driver');
  expect(parseExplainOptions([]).backend).toBe('wasm');
  expect(parseExplainOptions(['--backend', 'webgpu']).backend).toBe('webgpu');
});
