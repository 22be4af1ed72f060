// References: what the versions of V8 in Node are known to have (relaxed SIMD without a flag from V8 11.4 on, behind one in
// Node 20); an engine that takes nothing, stubbed.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wasmFeatures, whyNoWasm } from './features';

afterEach(() => vi.unstubAllGlobals());

describe('wasmFeatures', () => {
  it('are all there in the Node that tests run in', () => {
    expect(wasmFeatures()).toEqual({ simd: true, relaxedSimd: true, threads: true });
    expect(whyNoWasm(wasmFeatures())).toBeUndefined();
  });

  it('say that a page without isolation has no threads', () => {
    vi.stubGlobal('crossOriginIsolated', false);
    expect(wasmFeatures()).toEqual({ simd: true, relaxedSimd: true, threads: false });
    vi.unstubAllGlobals();
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(wasmFeatures().threads).toBe(false);
  });

  it('say in one line what a runtime lacks', () => {
    vi.stubGlobal('WebAssembly', { validate: () => false });
    expect(wasmFeatures()).toEqual({ simd: false, relaxedSimd: false, threads: false });
    vi.stubGlobal('WebAssembly', undefined);
    expect(whyNoWasm(wasmFeatures())).toMatch(/^this runtime has no WebAssembly SIMD: use .*newer$/);
  });
});
