import { pullback } from '../autodiff/gradient';
import { call, type Definition } from '../ir/definition';
import type { Tensor } from '../ir/tensor';
import { expectRank, expectShape, expectType } from './check';
import { add, div, exp, log, mul, neg, rsqrt, sub } from './elementwise';
import { oneHot } from './gather';
import { max, mean, sum, variance } from './reduce';

const LAST = -1;
const keep = { keepDims: true } as const;
const leadingAxes = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, i) => i);

/** Arguments x [..., d], gamma [d], beta [d]; results y, and the saved mean and 1/std, each [..., 1]. */
export const layerNormDefinition: Definition<{ epsilon: number }> = {
  name: 'layerNorm',
  rowwise: true,
  expand([x, gamma, beta], { epsilon }) {
    const m = mean(x!, LAST, keep);
    const rstd = rsqrt(add(variance(x!, LAST, keep), epsilon));
    return [add(mul(mul(sub(x!, m), rstd), gamma!), beta!), m, rstd];
  },
  gradient({ xs, attributes, results, upstream }) {
    const [dy, ...saved] = upstream;
    // Only a second differentiation reaches the saved values.
    if (!dy || saved.some((s) => s)) return pullback(layerNormDefinition.expand(xs, attributes), upstream, xs);
    const [x, gamma] = xs;
    return call(layerNormBackward, [x!, gamma!, results[1]!, results[2]!, dy], {});
  },
};

/** Arguments x, gamma, mean, 1/std, dy; results dx, dgamma, dbeta. */
export const layerNormBackward: Definition<Record<string, never>> = {
  name: 'layerNormBackward',
  expand([x, gamma, m, rstd, dy]) {
    const xHat = mul(sub(x!, m!), rstd!);
    const g = mul(dy!, gamma!);
    const dx = mul(rstd!, sub(sub(g, mean(g, LAST, keep)), mul(xHat, mean(mul(g, xHat), LAST, keep))));
    return [dx, sum(mul(dy!, xHat), leadingAxes(x!)), sum(dy!, leadingAxes(x!))];
  },
};

/**
 * Layer normalisation over the last axis: (x − mean)/√(var + epsilon) · gamma + beta, population variance.
 * x [..., d], gamma and beta [d] → [..., d]. Ba et al. 2016; RIN uses epsilon 1e-6.
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon = 1e-6): Tensor {
  expectRank('layerNorm', 'x', x, 1);
  expectShape('layerNorm', x.shape.slice(-1), { gamma, beta });
  expectType('layerNorm', 'f32', { x, gamma, beta });
  if (!(epsilon >= 0)) throw new RangeError(`layerNorm: epsilon is ${epsilon}, expected 0 or more`);
  return call(layerNormDefinition, [x, gamma, beta], { epsilon })[0]!;
}

export const softmaxDefinition: Definition<Record<string, never>> = {
  name: 'softmax',
  rowwise: true,
  expand([x]) {
    const e = exp(sub(x!, max(x!, LAST, keep)));
    return [div(e, sum(e, LAST, keep))];
  },
  gradient: ({ results, upstream }) => call(softmaxBackward, [results[0]!, upstream[0]!], {}),
};

/** Arguments y = softmax(x) and dy; result dx. */
export const softmaxBackward: Definition<Record<string, never>> = {
  name: 'softmaxBackward',
  expand: ([y, dy]) => [mul(y!, sub(dy!, sum(mul(y!, dy!), LAST, keep)))],
};

/** Softmax over the last axis, shifted by the row's maximum so that no exponential overflows. */
export function softmax(x: Tensor): Tensor {
  expectRank('softmax', 'x', x, 1);
  expectType('softmax', 'f32', { x });
  return call(softmaxDefinition, [x], {})[0]!;
}

/** log softmax over the last axis, without forming the softmax. */
export function logSoftmax(x: Tensor): Tensor {
  expectRank('logSoftmax', 'x', x, 1);
  expectType('logSoftmax', 'f32', { x });
  const shifted = sub(x, max(x, LAST, keep));
  return sub(shifted, log(sum(exp(shifted), LAST, keep)));
}

/** Mean of −log p(label): logits f32 [n, classes], labels u32 [n] → []. */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  expectRank('crossEntropy', 'logits', logits, 2);
  expectShape('crossEntropy', logits.shape.slice(0, 1), { labels });
  expectType('crossEntropy', 'u32', { labels });
  return neg(mean(sum(mul(logSoftmax(logits), oneHot(labels, logits.shape[1]!)), LAST)));
}
