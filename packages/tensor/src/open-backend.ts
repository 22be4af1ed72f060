import { DeviceError } from './errors';
import type { Wasm } from './wasm/backend';
import { openWasm, type WasmOptions } from './wasm/open';
import type { Device } from './webgpu/device';
import { NoAdapterError } from './webgpu/device/errors';
import { adapterName, isSoftware } from './webgpu/device/profile';
import type { DeviceOptions } from './webgpu/device/types';
import { findAdapter, openDevice } from './webgpu/open';

/** What may be asked for: the best there is, or one of the backends. */
export const backendChoices = ['auto', 'webgpu', 'wasm'] as const;

export type BackendChoice = (typeof backendChoices)[number];

export interface OpenBackendOptions {
  /** 'auto' unless given: a GPU, else WebAssembly, else (where that cannot run) a software adapter. */
  readonly prefer?: BackendChoice;
  /** Threads of WebAssembly, see `WasmOptions`. */
  readonly threads?: number;
  /** How a GPU is looked for and opened. */
  readonly webgpu?: DeviceOptions;
  /** Names the backend in errors. */
  readonly label?: string;
}

/** A backend that was chosen, and why. */
export interface OpenedBackend {
  readonly backend: Device | Wasm;
  readonly kind: 'webgpu' | 'wasm';
  /** For people: `WebGPU, NVIDIA L4`, or `WebAssembly, 2 threads`. */
  readonly name: string;
  /** For people, as what follows a colon: `as asked for`, or `no usable GPU here, only llvmpipe`. */
  readonly why: string;
}

/** What opens backends; tests bring their own. */
export interface Openers {
  findAdapter(options: DeviceOptions): Promise<GPUAdapter>;
  openDevice(options: DeviceOptions): Promise<Device>;
  openWasm(options: WasmOptions): Promise<Wasm>;
}

const openedDevice = (backend: Device, why: string): OpenedBackend => ({
  backend,
  kind: 'webgpu',
  name: `WebGPU, ${adapterName(backend.profile)}`,
  why,
});

/** How a backend did not open: DeviceError and what derives from it; whatever else goes wrong is thrown. */
async function orError<T>(opening: Promise<T>): Promise<T | DeviceError> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof DeviceError) return error;
    throw error;
  }
}

const shortly = (error: DeviceError): string => (error instanceof NoAdapterError ? error.reason : error.message);

/** {@link openBackend} with what opens. */
export async function chooseBackend(
  { label, prefer = 'auto', threads, webgpu }: OpenBackendOptions,
  openers: Openers,
): Promise<OpenedBackend> {
  if (!backendChoices.includes(prefer)) {
    throw new RangeError(`backend ${JSON.stringify(prefer)}, expected one of ${backendChoices.join(', ')}`);
  }
  const deviceOptions: DeviceOptions = { ...(label !== undefined && { label }), ...webgpu };
  const wasm = async (why: string): Promise<OpenedBackend> => {
    const given = { ...(label !== undefined && { label }), ...(threads !== undefined && { threads }) };
    const backend = await openers.openWasm(given);
    const { count } = backend.threads;
    return { backend, kind: 'wasm', name: `WebAssembly, ${count === 1 ? '1 thread' : `${count} threads`}`, why };
  };
  if (prefer === 'wasm') return wasm('as asked for');
  if (prefer === 'webgpu') return openedDevice(await openers.openDevice(deviceOptions), 'as asked for');
  if (deviceOptions.gpuDevice) return openedDevice(await openers.openDevice(deviceOptions), 'as handed in');

  const adapter = await orError(openers.findAdapter(deviceOptions));
  if (adapter instanceof DeviceError)
    return orThrow(await orError(wasm(`no usable GPU here (${shortly(adapter)})`)), adapter);
  const open = () => openers.openDevice({ ...deviceOptions, adapter });
  if (!isSoftware(adapter.info)) {
    const device = await orError(open());
    if (!(device instanceof DeviceError)) return openedDevice(device, 'there is a GPU');
    return orThrow(await orError(wasm(`no usable GPU here (${adapterName(adapter.info)}: ${device.message})`)), device);
  }
  const found = await orError(wasm(`no usable GPU here, only ${adapterName(adapter.info)}`));
  if (!(found instanceof DeviceError)) return found;
  const device = await orError(open());
  if (device instanceof DeviceError) return orThrow(found, device);
  return openedDevice(device, `no usable GPU here, and no WebAssembly either (${found.message})`);
}

function orThrow(found: OpenedBackend | DeviceError, gpu: DeviceError): OpenedBackend {
  if (!(found instanceof DeviceError)) return found;
  throw new DeviceError(`nothing here computes: ${gpu.message}; ${found.message}`);
}

/**
 * Opens what computes best here: a GPU if WebGPU has one, else the CPU by WebAssembly, which needs no driver. A software
 * adapter of WebGPU is slower than WebAssembly, and taken only where that cannot run, or when `prefer` asks for WebGPU.
 * The same call in Node and in browsers.
 *
 * @throws DeviceError, or NoAdapterError when WebGPU was asked for, with what is missing of each; RangeError for a choice or
 *   a number of threads that there is not
 */
export const openBackend = (options: OpenBackendOptions = {}): Promise<OpenedBackend> =>
  chooseBackend(options, { findAdapter, openDevice, openWasm });
