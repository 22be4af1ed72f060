import type { GpuSearch } from './gpu-search';
import { Parking } from './parking';

// Objects that `create` returned, by their arguments. A collected one takes the process down in native code, so they
// are never dropped. They do not keep Node from exiting: only a pending promise does.
const instances = new Map<string, GPU>();

async function createInstance(toggles: readonly string[]): Promise<GPU> {
  const key = toggles.join('\n');
  const known = instances.get(key);
  if (known) return known;
  const { create } = await import('webgpu');
  // Two opens at the same time may both come here; the first to arrive has the say.
  const instance = instances.get(key) ?? create([...toggles]);
  instances.set(key, instance);
  return instance;
}

function reasonOf(error: unknown): GpuSearch {
  if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') {
    return { missing: 'the npm package webgpu is not installed', help: 'npm install webgpu' };
  }
  return { missing: `the npm package webgpu does not load (${String((error as Error).message).split('\n', 1)[0]})` };
}

const VULKAN =
  'install a Vulkan driver, on Linux libvulkan1 and mesa-vulkan-drivers (Mesa 23 or newer; its lavapipe needs no GPU)';

/** The WebGPU of Node: `navigator.gpu` where a program or runtime provides one, else the npm package webgpu. */
export async function findGpu(toggles: readonly string[]): Promise<GpuSearch> {
  const provided = globalThis.navigator?.gpu;
  if (provided && toggles.length === 0) return { gpu: provided, adapterHelp: VULKAN };
  try {
    return { gpu: await createInstance(toggles), adapterHelp: VULKAN };
  } catch (error) {
    return reasonOf(error);
  }
}

const asleep = new Int32Array(new SharedArrayBuffer(4));

const parking = new Parking({
  now: () => performance.now(),
  nextTurn: (callback) => setImmediate(callback),
  sleep: (milliseconds) => {
    Atomics.wait(asleep, 0, 0, milliseconds);
  },
});

/** See rest.ts and {@link Parking}. */
export const restWhile = <T>(work: Promise<T>): Promise<T> => parking.during(work);
