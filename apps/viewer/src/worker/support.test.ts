// Reference: Node itself, whose WebAssembly has vectors and whose navigator has no gpu; stand-ins for browsers that differ.
import { afterEach, expect, it, vi } from 'vitest';
import { canCompute } from './support';

afterEach(() => vi.unstubAllGlobals());

const withAdapter = (adapter: unknown) => vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } });
const withoutVectors = () => vi.stubGlobal('WebAssembly', { validate: () => false });
const answers = async () => [await canCompute('auto'), await canCompute('webgpu'), await canCompute('wasm')];

it('is what the choice asks for: vectors, or an adapter', async () => {
  vi.stubGlobal('navigator', {});
  expect(await answers()).toEqual([true, false, true]);
  withAdapter({});
  expect(await answers()).toEqual([true, true, true]);
  withoutVectors();
  expect(await answers()).toEqual([true, true, false]);
  withAdapter(null);
  expect(await answers()).toEqual([false, false, false]);
  vi.stubGlobal('WebAssembly', undefined);
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.reject(new Error('blocked')) } });
  expect(await answers()).toEqual([false, false, false]);
});
