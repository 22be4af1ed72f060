import type { Program } from './backend';
import type { Ceilings } from './plan/cost/ceilings';
import type { KernelTime, ProfileOptions } from './plan/cost/kernel-time';
import type { Plan } from './plan/plan';
import type { Wasm } from './wasm/backend';
import { measureWasmCeilings } from './wasm/cost/measure-ceilings';
import { measureGpuCeilings } from './webgpu/cost/measure-ceilings';
import type { Device } from './webgpu/device';

/** A program whose kernels can be looked at: WebGPU's and WebAssembly's. */
export interface MeasuredProgram extends Program {
  readonly plan: Plan;
  /** Milliseconds of each kernel by itself. States take whatever the repeats leave in them. */
  profile(options?: ProfileOptions): Promise<KernelTime[]>;
}

/**
 * What a backend can do at best, measured by small kernels: multiply-adds in registers, loads, both together, and kernels
 * that wait for one another and do next to nothing. It takes about a second; whatever else runs lowers the figures.
 *
 * @throws DeviceLostError, and on WebGPU ShaderError and UncapturedGpuError
 */
export const measureCeilings = (backend: Device | Wasm): Promise<Ceilings> =>
  backend.kind === 'wasm' ? measureWasmCeilings(backend) : measureGpuCeilings(backend);
