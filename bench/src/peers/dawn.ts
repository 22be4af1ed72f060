import { restWhile } from '@noisesmith/tensor';
import { create, globals } from 'webgpu';

/** Held for the life of the process: Dawn's adapters and devices die with the object they came from. */
let instance: GPU | undefined;

/**
 * Makes `navigator.gpu` and the WebGPU constants global, as libraries written for browsers expect them.
 * Call it before the library is imported.
 *
 * The process rests between Dawn's polls, as noisesmith's devices do by themselves: on an adapter that is a CPU, a thread
 * that polls without rest would take a core from the kernels, and the comparison would be of waiting. `BENCH_BUSY_PEERS=1`
 * leaves the polls as the libraries' users have them.
 * @param flags for Dawn, such as `backend=vulkan` or `enable-dawn-features=...`
 */
export function installDawn(flags: readonly string[]): GPU {
  Object.assign(globalThis, globals);
  instance = create([...flags]);
  const navigator = { gpu: instance, userAgent: 'node', hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: navigator });
  if (process.env.BENCH_BUSY_PEERS !== '1') void restWhile(new Promise<never>(() => undefined));
  return instance;
}

/** The parts of an adapter's info that tell adapters apart, as one string. */
export function describeAdapter({
  vendor,
  architecture,
  device,
  description,
}: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>): string {
  return [vendor, architecture, device, description].filter((part) => part !== '').join(' | ');
}
