import type { Definition } from '../../ir/definition';
import type { NamedCall } from '../../ir/tensor';
import { attentionBackward, attentionDefinition } from '../../ops/attention';
import { layerNormBackward, layerNormDefinition, softmaxBackward, softmaxDefinition } from '../../ops/norm';
import { lambDefinition } from '../../ops/optimizer';
import type { Candidate } from '../../plan/candidate';
import type { AdapterProfile } from '../device/types';
import { attentionBackwardKernels, attentionKernels } from './attention-variants';
import { lambKernels } from './optimizer-variants';
import { layerNormBackwardKernels, layerNormKernels, softmaxBackwardKernels, softmaxKernels } from './row-variants';
import { isKernel, type KernelVariant, type NamedCandidate } from './variant';

type Entry = readonly [definition: Definition<never>, candidates: readonly NamedCandidate<unknown>[]];

const entry = <A>(definition: Definition<A>, candidates: readonly NamedCandidate<A>[]): Entry => [
  definition,
  candidates,
];

const candidates: ReadonlyMap<Definition<never>, readonly NamedCandidate<unknown>[]> = new Map([
  entry(layerNormDefinition, layerNormKernels),
  entry(layerNormBackward, layerNormBackwardKernels),
  entry(softmaxDefinition, softmaxKernels),
  entry(softmaxBackward, softmaxBackwardKernels),
  entry(attentionDefinition, attentionKernels),
  entry(attentionBackward, attentionBackwardKernels),
  entry(lambDefinition, lambKernels),
]);

/**
 * Kernels that compute all results of a named meaning at once, in order of preference, the expansion among them where it
 * may be faster. A meaning without any is computed by its expansion.
 */
export const namedKernels = (definition: Definition<never>): readonly NamedCandidate<unknown>[] =>
  candidates.get(definition) ?? [];

/** The kernel of a candidate that was chosen for a call. */
export function namedKernel({ definition }: NamedCall, { name }: Candidate): KernelVariant<unknown> {
  const found = namedKernels(definition).find((candidate) => candidate.name === name);
  if (found && isKernel(found)) return found;
  throw new Error(`no kernel '${name}' of ${definition.name}`);
}

/** Those that can compute a call on an adapter. */
export function namedCandidates({ definition, attributes, xs }: NamedCall, profile: AdapterProfile): Candidate[] {
  const call = { attributes, inputs: xs };
  return namedKernels(definition)
    .filter((candidate) => !isKernel(candidate) || candidate.supports({ profile, ...call }))
    .map((candidate) => ({ ...candidate, suits: candidate.suits?.(profile, call) ?? true }));
}
