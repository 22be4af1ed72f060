import {
  add,
  depthwiseConv2d,
  div,
  mean,
  mul,
  reshape,
  scope,
  silu,
  sqrt,
  sub,
  type Tensor,
  variance,
} from '@noisesmith/tensor';
import { normGroups, type RinConfig } from './config';
import { varianceScaling, zeros } from './initializers';
import { dense } from './layers';
import { linearParameters, normParameters, type ParameterSpec } from './parameters';
import type { Weights } from './weights';

const EPSILON = 1e-5;

export function tapeConvParameters(name: string, { tapeDim: d, tapeConvKernel: k }: RinConfig): ParameterSpec[] {
  return [
    { name: `${name}.dw.weight`, shape: [k, k, d], init: varianceScaling(k * k * d, k * k) },
    { name: `${name}.dw.bias`, shape: [d], init: zeros },
    ...normParameters(`${name}.gn`, d),
    ...linearParameters(`${name}.pw`, d, d, varianceScaling(d, d, 1e-10)),
  ];
}

/**
 * x + pointwise(silu(groupNorm(depthwise(x)))) on the tape [batch, tokens, tapeDim] laid out as its grid; the pointwise
 * layer starts near zero.
 */
export const tapeConv = (w: Weights, config: RinConfig, tape: Tensor): Tensor =>
  scope('conv', () => {
    const { image, patch, tapeDim } = config;
    const [b, tokens] = tape.shape as [number, number];
    const grid = reshape(tape, [b, image[0] / patch, image[1] / patch, tapeDim]);
    const mixed = add(depthwiseConv2d(grid, w.tensor('dw.weight'), { padding: 'same' }), w.tensor('dw.bias'));
    const normed = groupNorm(w.at('gn'), reshape(mixed, [b, tokens, tapeDim]), normGroups(tapeDim));
    return add(tape, dense(w.at('pw'), silu(normed)));
  });

/** Normalisation over tokens and the channels of a group. x [b, tokens, d]. Wu & He 2018. */
function groupNorm(w: Weights, x: Tensor, groups: number): Tensor {
  const [b, tokens, d] = x.shape as [number, number, number];
  const grouped = reshape(x, [b, tokens, groups, d / groups]);
  const keep = { keepDims: true } as const;
  const centred = sub(grouped, mean(grouped, [1, 3], keep));
  const normed = div(centred, sqrt(add(variance(grouped, [1, 3], keep), EPSILON)));
  return add(mul(reshape(normed, [b, tokens, d]), w.tensor('gamma')), w.tensor('beta'));
}
