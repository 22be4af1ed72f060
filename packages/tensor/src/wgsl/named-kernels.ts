import type { Definition } from '../ir/definition';
import { attentionBackward, attentionDefinition } from '../ops/attention';
import { layerNormBackward, layerNormDefinition, softmaxBackward, softmaxDefinition } from '../ops/norm';
import { lambDefinition } from '../ops/optimizer';
import type { NamedCandidate } from '../plan/variant';
import { attentionBackwardKernels, attentionKernels } from './attention-variants';
import { lambKernels } from './optimizer-variants';
import { layerNormBackwardKernels, layerNormKernels, softmaxBackwardKernels, softmaxKernels } from './row-variants';

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
