import type { ContractSizes, ContractVariant } from './contract';
import type { KernelProfile } from './kernel';
import { registerRows } from './register-rows';
import { subgroupRows } from './subgroup-rows';
import { workgroupTile } from './workgroup-tile';

/** Every form of the contraction, the first that an adapter supports being the one it gets. */
export const contractVariants: readonly ContractVariant[] = [subgroupRows, registerRows, workgroupTile];

export function chooseContract(sizes: ContractSizes, profile: KernelProfile): ContractVariant {
  return contractVariants.find((v) => v.supports(sizes, profile)) ?? workgroupTile;
}
