import type { Device } from '../index';
import { makePlan } from '../plan/plan';
import type { AdapterProfile } from '../webgpu/device/types';
import { plannedProfile } from '../webgpu/program';
import { webgpuTarget } from '../webgpu/target';
import { worstError } from './compare';
import { type KernelCase, unableIn } from './kernel-case';

/** What became of a case: its error; or, where the adapter cannot run a kernel that it forces, how it was refused. */
export interface KernelOutcome {
  readonly name: string;
  readonly error?: number;
  /** Kernels that the adapter cannot run, and what planning with them says. */
  readonly unable?: readonly string[];
  readonly refusal?: string;
}

function refusalOf({ program, options, asGpu = false }: KernelCase, adapter: AdapterProfile): string {
  try {
    makePlan(program().graph, webgpuTarget(plannedProfile(adapter, { asGpu })), options);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Runs a case on a device and compares it with the oracle. */
export async function outcomeOf(device: Device, test: KernelCase): Promise<KernelOutcome> {
  const { name, options, asGpu = false } = test;
  const unable = unableIn(test, device.profile);
  if (unable.length > 0) return { name, unable, refusal: refusalOf(test, device.profile) };
  const { graph, values, scales } = test.program();
  return { name, error: await worstError(device, graph, values, { ...options, asGpu }, scales) };
}
