import type { Device } from '@jax-js/jax';
import { describeAdapter, installDawn } from '../dawn';

export type BackendName = Extract<Device, 'webgpu' | 'wasm'>;

export interface OpenBackend {
  readonly adapter: string | null;
  readonly runtime: string;
}

/** Starts a backend and makes it the library's default. The library is imported here first: it looks for globals. */
export async function openBackend(name: BackendName, dawn: readonly string[]): Promise<OpenBackend> {
  const gpu = name === 'webgpu' ? installDawn(dawn) : undefined;
  const { defaultDevice, getWebGPUDevice, init } = await import('@jax-js/jax');
  const devices = await init(name);
  if (!devices.includes(name)) throw new Error(`jax-js has no backend ${name} here`);
  defaultDevice(name);
  // Its pool of threads needs a global Worker, which Node does not have.
  if (gpu === undefined) return { adapter: null, runtime: 'WebAssembly with SIMD, 1 thread' };
  // A rejected dispatch would be a fast one.
  getWebGPUDevice().addEventListener('uncapturederror', () => process.exit(1));
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('no WebGPU adapter');
  return { adapter: describeAdapter(adapter.info), runtime: 'WebGPU' };
}
