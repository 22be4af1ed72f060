import type { Definition } from '../ir/definition';
import type { NamedCall, Tensor } from '../ir/tensor';
import { attentionSizes } from '../lower/attention-sizes';
import { attentionBackward, attentionDefinition } from '../ops/attention';
import { layerNormBackward, layerNormDefinition, softmaxBackward, softmaxDefinition } from '../ops/norm';
import { type LambAttributes, lambDefinition } from '../ops/optimizer';
import type { Candidate } from '../plan/candidate';
import { attentionForm } from './forms/attention';
import { attentionBackwardForm } from './forms/attention-backward';
import type { Form } from './forms/form';
import { LAMB_ALIASES, lambForm, lambSupports } from './forms/lamb';
import { layerNormBackwardForm, layerNormForm, type RowOptions, type RowSizes } from './forms/layer-norm';
import { softmaxBackwardForm, softmaxForm } from './forms/softmax';

/** A way to compute a named meaning whole. */
interface NamedForm<A> extends Candidate {
  supports(xs: readonly Tensor[], attributes: A): boolean;
  form(xs: readonly Tensor[], attributes: A, options: RowOptions): Form;
}

type Entry = readonly [definition: Definition<never>, form: NamedForm<unknown>];

const entry = <A>(
  definition: Definition<A>,
  name: string,
  form: NamedForm<A>['form'],
  more: Partial<NamedForm<A>> = {},
): Entry => [definition, { name, suits: true, supports: () => true, form, ...more } as NamedForm<unknown>];

function rowsOf([x]: readonly Tensor[]): RowSizes {
  const width = x!.shape.at(-1)!;
  return { rows: x!.size / width, width };
}

const forms: ReadonlyMap<Definition<never>, NamedForm<unknown>> = new Map([
  entry(layerNormDefinition, 'rows', (xs, { epsilon }, options) => layerNormForm(rowsOf(xs), epsilon, options)),
  entry(layerNormBackward, 'rows', (xs, _, options) => layerNormBackwardForm(rowsOf(xs), options)),
  entry(softmaxDefinition, 'rows', (xs, _, { relaxed }) => softmaxForm(rowsOf(xs), relaxed)),
  entry(softmaxBackward, 'rows', (xs, _, { relaxed }) => softmaxBackwardForm(rowsOf(xs), relaxed)),
  entry(attentionDefinition, 'blocks', (xs, attributes, options) =>
    attentionForm(attentionSizes(xs, attributes.heads), options),
  ),
  entry(
    attentionBackward,
    'blocks',
    (xs, attributes, options) => attentionBackwardForm(attentionSizes(xs, attributes.heads), options),
    // Sums lie in the results while they grow.
    { accumulates: true },
  ),
  entry<LambAttributes>(
    lambDefinition,
    'blocks',
    ([w], attributes, options) => lambForm(w!.size, attributes, options),
    {
      aliases: LAMB_ALIASES,
      supports: ([w], { segments }) => lambSupports(segments, w!.size),
    },
  ),
]);

/** The ways to compute a call; without any it is computed by its expansion. */
export function namedCandidates({ definition, attributes, xs }: NamedCall): readonly Candidate[] {
  const found = forms.get(definition);
  return found?.supports(xs, attributes) ? [found] : [];
}

/** The form of a call that has a candidate. */
export const namedForm = ({ definition, attributes, xs }: NamedCall, options: RowOptions): Form =>
  forms.get(definition)!.form(xs, attributes, options);
