import type { AdapterProfile } from '../device/types';
import type { Tensor } from '../ir/tensor';
import type { Memory } from './emitter';

export interface ContractRequest {
  readonly output: Tensor;
  readonly stored: readonly Tensor[];
  readonly memory: Memory;
  readonly profile: AdapterProfile;
  bufferFor(t: Tensor): string;
  scratch(elements: number): string;
}

export interface ContractStage {
  readonly body: string;
  readonly workgroups: number;
  readonly directives?: string;
}

/** Stages of the fast form for this product on this adapter, if one fits. */
export function fastContract(_request: ContractRequest): ContractStage[] | undefined {
  return undefined;
}
