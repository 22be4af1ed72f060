import type { ContractCandidate, ContractProblem, ContractSizes, ContractVariant } from './contract-problem';
import { registerRows } from './contract-rows';
import { subgroupQuads } from './contract-subgroup';
import { tilesAlone, workgroupTile } from './contract-tile';
import type { KernelProfile } from './kernel';

export const contractVariants: readonly ContractVariant[] = [subgroupQuads, registerRows, workgroupTile];

/** @returns the form, or the form for GPUs with one block alone; undefined where there is none of that name */
export const contractForm = (name: string): ContractVariant | undefined =>
  [...contractVariants, ...tilesAlone].find((form) => form.name === name);

/** The forms for this kind of adapter, best first by measurement: broadcasts on CPU adapters, workgroup memory on GPUs. */
export const formsFor = (sizes: ContractSizes, profile: KernelProfile): ContractVariant[] =>
  contractVariants.filter((form) => form.suits(profile) && form.supports(sizes, profile));

/**
 * Ways to compute a problem, best first by rule: all of the best form, and the best of every other.
 *
 * @param only the form to keep to, whatever kind of adapter it is made for
 * @throws RangeError where the adapter cannot run that form
 */
export function contractCandidates(
  problem: ContractProblem,
  profile: KernelProfile,
  only?: ContractVariant,
): ContractCandidate[] {
  if (only && !only.supports(problem, profile)) {
    throw new RangeError(`contract: no kernel '${only.name}' can do this on this adapter`);
  }
  const forms = only ? [only] : formsFor(problem, profile);
  return forms.flatMap((form, i) => form.candidates(problem, profile).slice(0, i === 0 ? undefined : 1));
}
