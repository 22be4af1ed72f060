// Reference: central differences in double precision on the oracle; for second derivatives, of the derived gradient.
import { describe, expect, it } from 'vitest';
import * as ops from '../index';
import { operationCases } from '../testing/cases';
import { gradientError } from '../testing/finite-differences';

describe('derived gradients equal finite differences', () => {
  for (const [name, test] of Object.entries(operationCases)) {
    it(name, () => {
      expect(gradientError(test)).toBeLessThan(1e-6);
    });
  }
});

describe('the gradient of a gradient', () => {
  const differentiable = [
    'mul',
    'div',
    'exp',
    'tanh',
    'gelu',
    'silu',
    'variance',
    'slice',
    'pad',
    'window',
    'conv2d',
    'conv2dAround',
    'depthwiseConv2d',
    'maxPool',
    'averagePool',
    'matmul',
    'gather',
    'softmax',
    'layerNorm',
    'attention',
    'linearGelu',
    'crossEntropy',
  ];
  for (const name of differentiable) {
    it(name, () => {
      const { shapes, values, build } = operationCases[name]!;
      const error = gradientError({
        shapes,
        ...(values && { values }),
        build: (...xs) => {
          const gradients = ops.grad(ops.sum(ops.square(build(...xs))), xs);
          return gradients.map((g) => ops.sum(ops.square(g))).reduce((a, b) => ops.add(a, b));
        },
      });
      expect(error).toBeLessThan(1e-5);
    });
  }
});
