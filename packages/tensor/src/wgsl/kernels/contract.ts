import { registerRows, subgroupRows } from './contract-rows';
import { workgroupTile } from './contract-tile';
import type { KernelProfile, KernelStage } from './kernel';

export interface ContractSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Σ_k A[b, m, k] · B[b, k, n] in f32. Operands and result are expressions, so a kernel form never knows where values
 * lie: broadcasts, transposes, prologues and epilogues are the caller's.
 */
export interface ContractProblem extends ContractSizes {
  /** The f32 expression of A at u32 expressions; called with coordinates in range only, and without side effects. */
  loadA(b: string, m: string, k: string): string;
  /** The same for B. */
  loadB(b: string, k: string, n: string): string;
  /** Statements that store `acc`, an f32 expression free of side effects, at coordinates in range. */
  store(b: string, m: string, n: string, acc: string): string[];
  /** A read-write f32 storage array of `elements` that lives from this call's first stage to its last; its name. */
  scratch(elements: number): string;
}

export interface ContractVariant {
  readonly name: string;
  supports(sizes: ContractSizes, profile: KernelProfile): boolean;
  /** One stage, or two where k is cut into parts that are summed in a fixed order. */
  emit(problem: ContractProblem, profile: KernelProfile): KernelStage[];
}

export const contractVariants: readonly ContractVariant[] = [subgroupRows, registerRows, workgroupTile];

/** The form that measured best on this kind of adapter: broadcasts on CPU adapters, workgroup memory on GPUs. */
export function chooseContract(sizes: ContractSizes, profile: KernelProfile): ContractVariant {
  if (!profile.software) return workgroupTile;
  return subgroupRows.supports(sizes, profile) ? subgroupRows : registerRows;
}
