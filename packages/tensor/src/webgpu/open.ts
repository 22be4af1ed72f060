import { findGpu } from '#webgpu';
import { DeviceError } from '../errors';
import { Device } from './device';
import { NoAdapterError } from './device/errors';
import { type DeviceOptions, REQUESTED_FEATURES, REQUESTED_LIMITS } from './device/types';

/** An adapter for `openDevice`. @throws NoAdapterError */
export async function findAdapter(options: DeviceOptions): Promise<GPUAdapter> {
  if (options.adapter) return options.adapter;
  const found = await findGpu(options.dawnToggles ?? []);
  if ('missing' in found) {
    const reason = `no WebGPU: ${found.missing}`;
    throw new NoAdapterError(found.help ? `${reason}: ${found.help}` : reason, reason);
  }
  const powerPreference = options.powerPreference ?? 'high-performance';
  let refusal = '';
  const { aroundSearch = (search) => search() } = options;
  const adapter = await aroundSearch(() => found.gpu.requestAdapter({ powerPreference })).catch((error: unknown) => {
    refusal = ` (${String((error as Error).message).split('\n', 1)[0]})`;
    return null;
  });
  const reason = `no WebGPU adapter${refusal}`;
  if (!adapter) throw new NoAdapterError(`${reason}: ${found.adapterHelp}`, reason);
  return adapter;
}

/**
 * Opens a GPU: in Node through the npm package webgpu (a peer dependency, loaded here and not before), in browsers
 * through `navigator.gpu`. The device has the best limits of the adapter, and subgroups, 16-bit floats and timestamps
 * where offered. In Node no call is needed for the process to end by itself; `using device = await openDevice()` or
 * `destroy` frees the memory earlier.
 *
 * @throws NoAdapterError with what to install or enable, DeviceError when the adapter refuses (one that was used before)
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const label = options.label ?? 'device';
  if (options.gpuDevice) {
    const info = options.gpuDevice.adapterInfo ?? options.adapter?.info;
    return new Device(options.gpuDevice, { label, owned: false, info });
  }
  const adapter = await findAdapter(options);
  const limits = REQUESTED_LIMITS.map((name) => [name, adapter.limits[name]] as const);
  const request: GPUDeviceDescriptor = {
    label,
    requiredFeatures: REQUESTED_FEATURES.filter((feature) => adapter.features.has(feature)),
    // Older browsers lack some of the limits.
    requiredLimits: Object.fromEntries(limits.filter(([, value]) => value !== undefined)),
  };
  const gpu = await adapter.requestDevice(request).catch((error: unknown) => {
    throw new DeviceError(`${label}: the adapter gives no device: ${String((error as Error).message)}`);
  });
  return new Device(gpu, { label, owned: true, info: adapter.info });
}
