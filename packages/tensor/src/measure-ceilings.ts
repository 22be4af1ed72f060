import type { Ceilings } from './plan/cost/ceilings';
import type { Wasm } from './wasm/backend';
import { measureWasmCeilings } from './wasm/cost/measure-ceilings';
import { measureGpuCeilings } from './webgpu/cost/measure-ceilings';
import type { Device } from './webgpu/device';

/**
 * What a backend can do at best, measured by small kernels: multiply-adds in registers, loads, both together, and kernels
 * that wait for one another and do next to nothing. It takes about a second; whatever else runs lowers the figures.
 *
 * @throws DeviceLostError, and on WebGPU ShaderError and UncapturedGpuError
 */
export const measureCeilings = (backend: Device | Wasm): Promise<Ceilings> =>
  backend.kind === 'wasm' ? measureWasmCeilings(backend) : measureGpuCeilings(backend);
