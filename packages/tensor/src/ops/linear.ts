import { call, type Definition } from '../ir/definition';
import { printShape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { expectType } from './check';
import { contract } from './contract';
import { add, type Elementwise1, gelu, relu, silu } from './elementwise';

const activations = { gelu, silu, relu } satisfies Record<string, Elementwise1>;
export type Activation = keyof typeof activations;

/** Arguments x [..., in], weight [in, out], bias [out]; result activation(x·weight + bias) [..., out]. */
export const linearDefinition: Definition<{ activation: Activation | 'none' }> = {
  name: 'linear',
  expand([x, weight, bias], { activation }) {
    const lead = 'abcdefg'.slice(0, x!.rank - 1);
    const y = add(contract({ a: `${lead}k`, b: 'kn', out: `${lead}n` }, x!, weight!), bias!);
    return [activation === 'none' ? y : activations[activation](y)];
  },
};

/**
 * x·weight + bias, with an activation. x [..., in], weight [in, out], bias [out] → [..., out]. Bias and activation run in
 * the matrix product's own kernel.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor, options: { activation?: Activation } = {}): Tensor {
  const [inner, outer] = weight.shape;
  if (weight.rank !== 2 || x.shape[x.rank - 1] !== inner || bias.rank !== 1 || bias.shape[0] !== outer) {
    throw new RangeError(
      `linear: x ${printShape(x.shape)}, weight ${printShape(weight.shape)}, bias ${printShape(bias.shape)}`,
    );
  }
  expectType('linear', 'f32', { x, weight, bias });
  return call(linearDefinition, [x, weight, bias], { activation: options.activation ?? 'none' })[0]!;
}
