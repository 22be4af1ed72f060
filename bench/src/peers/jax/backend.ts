import { type Device, defaultDevice, getWebGPUDevice, init } from '@jax-js/jax';
import { describeAdapter, installDawn } from '../dawn';

export type BackendName = Extract<Device, 'webgpu' | 'wasm'>;

export interface OpenBackend {
  readonly adapter: string | null;
  readonly runtime: string;
}

/** Starts a backend and makes it the library's default. */
export async function openBackend(name: BackendName, dawn: readonly string[]): Promise<OpenBackend> {
  const gpu = name === 'webgpu' ? installDawn(dawn) : undefined;
  const devices = await init(name);
  if (!devices.includes(name)) throw new Error(`jax-js has no backend ${name} here`);
  defaultDevice(name);
  if (gpu === undefined) {
    // Its pool of threads is made of the global Worker, which Node does not have.
    const threads = 'Worker' in globalThis ? 'threads' : '1 thread';
    return { adapter: null, runtime: `WebAssembly with SIMD, ${threads}` };
  }
  // A rejected dispatch would be a fast one.
  getWebGPUDevice().addEventListener('uncapturederror', () => process.exit(1));
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('no WebGPU adapter');
  return { adapter: describeAdapter(adapter.info), runtime: 'WebGPU' };
}
