import * as ops from '../index';
import type { Tensor } from '../ir/tensor';
import type { GradientCase } from './finite-differences';
import { spatialCases } from './spatial-cases';

const positive = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => 0.4 + ((i * 37 + seed * 11) % 23) / 12);

/** A small example of every differentiable operation, by name. Both the gradient tests and the kernel tests run all of them. */
export const operationCases: Readonly<Record<string, GradientCase>> = {
  add: { shapes: [[3, 4], [4]], build: (x, y) => ops.add(x!, y!) },
  sub: {
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: (x, y) => ops.sub(x!, y!),
  },
  mul: {
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: (x, y) => ops.mul(x!, y!),
  },
  div: { shapes: [[3, 4], [4]], values: [positive(12, 1), positive(4, 2)], build: (x, y) => ops.div(x!, y!) },
  rem: { shapes: [[7]], values: [positive(7, 3)], build: (x) => ops.rem(x!, 0.7) },
  minimum: { shapes: [[5], [5]], build: (x, y) => ops.minimum(x!, y!) },
  maximum: { shapes: [[5], [5]], build: (x, y) => ops.maximum(x!, y!) },
  neg: { shapes: [[5]], build: (x) => ops.neg(x!) },
  abs: { shapes: [[7]], build: (x) => ops.abs(x!) },
  sign: { shapes: [[7]], build: (x) => ops.sign(x!) },
  floor: { shapes: [[7]], build: (x) => ops.floor(ops.mul(x!, 3.3)) },
  exp: { shapes: [[7]], build: (x) => ops.exp(x!) },
  log: { shapes: [[7]], values: [positive(7, 1)], build: (x) => ops.log(x!) },
  sqrt: { shapes: [[7]], values: [positive(7, 1)], build: (x) => ops.sqrt(x!) },
  rsqrt: { shapes: [[7]], values: [positive(7, 1)], build: (x) => ops.rsqrt(x!) },
  tanh: { shapes: [[7]], build: (x) => ops.tanh(x!) },
  erf: { shapes: [[11]], build: (x) => ops.erf(ops.mul(x!, 2)) },
  square: { shapes: [[7]], build: (x) => ops.square(x!) },
  relu: { shapes: [[7]], build: (x) => ops.relu(x!) },
  sigmoid: { shapes: [[7]], build: (x) => ops.sigmoid(x!) },
  silu: { shapes: [[7]], build: (x) => ops.silu(x!) },
  gelu: { shapes: [[11]], build: (x) => ops.gelu(ops.mul(x!, 2)) },
  clamp: { shapes: [[9]], build: (x) => ops.clamp(x!, -0.5, 0.5) },
  where: { shapes: [[6], [6]], build: (x, y) => ops.where(ops.greater(x!, 0), ops.mul(x!, y!), y!) },
  sum: { shapes: [[3, 4, 2]], build: (x) => ops.sum(x!, [0, 2]) },
  max: { shapes: [[3, 7]], build: (x) => ops.max(x!, 1) },
  min: { shapes: [[3, 7]], build: (x) => ops.min(x!, 0) },
  mean: { shapes: [[3, 4]], build: (x) => ops.mean(x!, 1, { keepDims: true }) },
  variance: { shapes: [[3, 5]], build: (x) => ops.variance(x!, 1) },
  reshape: { shapes: [[3, 4]], build: (x) => ops.square(ops.reshape(x!, [2, -1])) },
  permute: { shapes: [[2, 3, 4]], build: (x) => ops.square(ops.permute(x!, [2, 0, 1])) },
  transpose: { shapes: [[3, 4]], build: (x) => ops.exp(ops.transpose(x!)) },
  broadcastTo: { shapes: [[3, 1]], build: (x) => ops.square(ops.broadcastTo(x!, [2, 3, 4])) },
  slice: { shapes: [[5, 6]], build: (x) => ops.square(ops.slice(x!, [1, 0], [2, 3], [2, 2])) },
  narrow: { shapes: [[5, 6]], build: (x) => ops.square(ops.narrow(x!, 1, 2, 3)) },
  pad: { shapes: [[2, 3]], build: (x) => ops.exp(ops.pad(x!, [1, 0], [0, 2])) },
  padWithValue: { shapes: [[2, 3]], build: (x) => ops.square(ops.pad(x!, [1, 0], [0, 2], -1.5)) },
  stored: { shapes: [[2, 3]], build: (x) => ops.square(ops.transpose(ops.stored(ops.transpose(x!)))) },
  window: { shapes: [[2, 9]], build: (x) => ops.square(ops.window(x!, 1, 3, 2)) },
  convolution: {
    shapes: [
      [2, 6, 5],
      [3, 3, 4],
    ],
    build: (x, w) => ops.einsum('bhiwj,ijo->bhwo', ops.window(ops.window(x!, 2, 3), 1, 3), w!),
  },
  ...spatialCases,
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (...xs) => ops.square(ops.concat(xs, 1)),
  },
  pack: {
    shapes: [[3], [2, 2]],
    build: (x, y) =>
      ops.square(
        ops.pack(
          [x!, y!],
          [
            { offset: 1, size: 3 },
            { offset: 5, size: 4 },
          ],
          10,
        ),
      ),
  },
  matmul: {
    shapes: [
      [3, 5],
      [5, 4],
    ],
    build: (a, b) => ops.matmul(a!, b!),
  },
  batchedMatmul: {
    shapes: [
      [2, 3, 5],
      [2, 5, 4],
    ],
    build: (a, b) => ops.matmul(a!, b!),
  },
  einsum: {
    shapes: [
      [2, 3, 2, 5],
      [2, 4, 2, 5],
    ],
    build: (q, k) => ops.einsum('bqhd,bkhd->bhqk', q!, k!),
  },
  einsumReduced: {
    shapes: [
      [3, 4],
      [3, 5],
    ],
    build: (a, b) => ops.einsum('ij,ik->k', a!, b!),
  },
  outer: { shapes: [[3], [4]], build: (a, b) => ops.einsum('i,j->ij', a!, b!) },
  gather: {
    shapes: [[4, 3]],
    build: (table) => ops.square(ops.gather(table!, ops.literal(Uint32Array.of(1, 3, 1, 0, 2), [5]))),
  },
  stopGradient: {
    shapes: [[4]],
    build: (x) => ops.add(ops.stopGradient(ops.literal(Float32Array.of(1, 2, 3, 4), [4])), x!),
  },
  layerNorm: { shapes: [[3, 2, 6], [6], [6]], build: (x, g, b) => ops.layerNorm(x!, g!, b!) },
  softmax: { shapes: [[3, 6]], build: (x) => ops.softmax(ops.mul(x!, 3)) },
  logSoftmax: { shapes: [[3, 6]], build: (x) => ops.logSoftmax(ops.mul(x!, 3)) },
  crossEntropy: {
    shapes: [[3, 5]],
    build: (x) => ops.crossEntropy(x!, ops.literal(Uint32Array.of(4, 0, 2), [3])),
  },
  attention: {
    shapes: [
      [2, 3, 8],
      [2, 5, 8],
      [2, 5, 4],
    ],
    build: (q, k, v) => ops.attention(q!, k!, v!, 2),
  },
  linear: {
    shapes: [[2, 3, 4], [4, 5], [5]],
    build: (x, w, b) => ops.linear(x!, w!, b!),
  },
  linearGelu: { shapes: [[3, 4], [4, 5], [5]], build: (x, w, b) => ops.linear(x!, w!, b!, { activation: 'gelu' }) },
  linearSilu: { shapes: [[3, 4], [4, 5], [5]], build: (x, w, b) => ops.linear(x!, w!, b!, { activation: 'silu' }) },
  ema: { shapes: [[4], [4], [1]], build: (a, x, d) => ops.ema(a!, x!, d!) },
  lamb: { shapes: [[128], [128]], build: (w, g) => lambWeights(w!, g!, 'lamb') },
  adamw: { shapes: [[128], [128]], build: (w, g) => lambWeights(w!, g!, 'adamw') },
};

/** New weights of one optimizer step, gaps zero as in every flat vector (but v, whose root has no slope at 0), for two tensors of which the second is excluded. */
function lambWeights(w: Tensor, g: Tensor, kind: 'lamb' | 'adamw'): Tensor {
  const layout = ops.layoutOf({ 'a.weight': [5, 7], 'a.bias': [64] });
  const number = (x: number): Tensor => ops.fill([1], x);
  const mask = ops.cast(ops.less(ops.iota([128], 0), 35), 'f32');
  const tail = ops.cast(ops.greaterEqual(ops.iota([128], 0), 64), 'f32');
  const live = (x: Tensor): Tensor => ops.mul(x, ops.add(mask, tail));
  const quarter = ops.fill([128], 0.25);
  const state = {
    weights: live(w),
    gradients: live(g),
    firstMoment: live(quarter),
    secondMoment: quarter,
    average: live(quarter),
  };
  const scalars = {
    learningRate: number(0.1),
    correction1: number(10),
    correction2: number(1.5),
    emaDecay: number(0.9),
  };
  const step = kind === 'lamb' ? ops.lamb : ops.adamw;
  const stepped = step(layout, state, scalars, { exclude: (name) => name.endsWith('.bias') });
  return ops.add(stepped.weights, stepped.average);
}
