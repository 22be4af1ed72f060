import { call, type Definition } from '../ir/definition';
import { anew, partOfGradient, type Tensor } from '../ir/tensor';
import { pullback } from './gradient';

/**
 * The tensors of `build(...xs)`, whose inner values are not kept for the gradient: they are computed again from `xs` when
 * the gradient needs them. Costs one more forward pass of `build`, and saves its memory (Chen et al. 2016, "Training Deep
 * Nets with Sublinear Memory Cost"). Whatever is to have a gradient must be among `xs`.
 */
export function recompute(build: (...xs: Tensor[]) => readonly Tensor[], xs: readonly Tensor[]): Tensor[] {
  const definition: Definition<Record<string, never>> = {
    name: 'recompute',
    expand: (given) => [...build(...given)],
    gradient: ({ xs: given, upstream }) =>
      anew(() =>
        pullback(
          partOfGradient(false, () => build(...given)),
          upstream,
          given,
        ),
      ),
  };
  return call(definition, xs, {});
}
