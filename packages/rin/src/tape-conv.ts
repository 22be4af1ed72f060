import {
  add,
  div,
  mean,
  mul,
  narrow,
  pad,
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
    const mixed = add(depthwise(grid, w.tensor('dw.weight')), w.tensor('dw.bias'));
    const normed = groupNorm(w.at('gn'), reshape(mixed, [b, tokens, tapeDim]), normGroups(tapeDim));
    return add(tape, dense(w.at('pw'), silu(normed)));
  });

/** Each channel convolved with its own k×k kernel, zeros around. x [b, h, w, d], kernel [k, k, d] → [b, h, w, d]. */
function depthwise(x: Tensor, kernel: Tensor): Tensor {
  const [, h, w, d] = x.shape as [number, number, number, number];
  const k = kernel.shape[0]!;
  const around = [0, (k - 1) / 2, (k - 1) / 2, 0];
  const padded = pad(x, around, around);
  const terms: Tensor[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const tap = reshape(narrow(narrow(kernel, 0, i, 1), 1, j, 1), [d]);
      terms.push(mul(narrow(narrow(padded, 1, i, h), 2, j, w), tap));
    }
  }
  return terms.reduce((sum, term) => add(sum, term));
}

/** Normalisation over tokens and the channels of a group. x [b, tokens, d]. Wu & He 2018. */
function groupNorm(w: Weights, x: Tensor, groups: number): Tensor {
  const [b, tokens, d] = x.shape as [number, number, number];
  const grouped = reshape(x, [b, tokens, groups, d / groups]);
  const keep = { keepDims: true } as const;
  const centred = sub(grouped, mean(grouped, [1, 3], keep));
  const normed = div(centred, sqrt(add(variance(grouped, [1, 3], keep), EPSILON)));
  return add(mul(reshape(normed, [b, tokens, d]), w.tensor('gamma')), w.tensor('beta'));
}
