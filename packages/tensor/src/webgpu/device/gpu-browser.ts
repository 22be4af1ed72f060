import type { GpuSearch } from './gpu-search';

/** The WebGPU of a browser. */
export async function findGpu(toggles: readonly string[]): Promise<GpuSearch> {
  if (toggles.length > 0) return { missing: 'dawnToggles work in Node only' };
  const gpu = globalThis.navigator?.gpu;
  if (gpu) return { gpu, adapterHelp: 'enable WebGPU and hardware acceleration in the settings of the browser' };
  const secure = globalThis.isSecureContext;
  return secure
    ? { missing: 'this browser has no navigator.gpu', help: 'use one with WebGPU, or enable it in the settings' }
    : { missing: 'navigator.gpu exists on secure pages only', help: 'serve the page by https or from localhost' };
}

/** See rest.ts. Browsers run their adapters in another process, and tell of the end without being asked. */
export const restWhile = <T>(work: Promise<T>): Promise<T> => work;
