// Reference: what each op's docstring says its arguments are. Whatever else is given is refused when traced, in one line
// that begins with the op's name and holds the offending value.
import { expect, it } from 'vitest';
import * as ops from '../index';
import { abs, erf, exp, floor, log, neg, rsqrt, sign, sqrt, tanh } from './elementwise';

const f = (...shape: number[]): ops.Tensor => ops.fill(shape, 1);
const u = (...shape: number[]): ops.Tensor => ops.fill(shape, 1, 'u32');
const flat = ops.layoutOf({ w: [64] });
const state = { weights: f(64), gradients: f(64), firstMoment: f(64), secondMoment: f(64), average: f(64) };
const scalars = { learningRate: f(), correction1: f(), correction2: f(), emaDecay: f() };

const refused: readonly (readonly [build: () => unknown, message: RegExp])[] = [
  // Types.
  [() => ops.add(u(3), -1), /^add: -1 as a u32, expected a whole number from 0 to 4294967295/],
  [() => ops.mul(u(3), 0.5), /^mul: 0\.5 as a u32/],
  [() => ops.add(u(3), 2 ** 32), /^add: 4294967296 as a u32/],
  [() => ops.greater(u(3), -1), /^greater: -1 as a u32/],
  [() => ops.fill([2], -1, 'u32'), /^fill: -1 as a u32/],
  [() => ops.add(f(3), Number.NaN), /^add: an operand is NaN/],
  [() => ops.add(f(3), u(3)), /^add: operands are f32 and u32/],
  [() => ops.where(f(3), f(3), u(3)), /^where: operands are f32 and u32/],
  [() => ops.where(f(3), u(3), -2), /^where: -2 as a u32/],
  ...Object.entries({ neg, abs, sign, floor, exp, log, sqrt, rsqrt, tanh, erf }).map(
    ([name, op]) => [() => op(u(3)), new RegExp(`^${name}: an operand is u32, expected f32`)] as const,
  ),
  [() => ops.gelu(u(3)), /^gelu: 0\.5 as a u32/],
  [() => ops.rem(u(3), 0), /^rem: a u32 is divided by 0/],
  [() => ops.div(u(3), 0), /^div: a u32 is divided by 0/],
  [() => ops.mean(u(3)), /^mean: x .* is u32, expected f32/],
  [() => ops.variance(u(3)), /^variance: x .* is u32, expected f32/],
  [() => ops.softmax(u(3)), /^softmax: x .* is u32/],
  [() => ops.pack([u(3)], [{ offset: 0, size: 3 }], 4), /^pack: tensor 0 .* is u32, expected f32/],
  [() => ops.gather(f(3, 2), f(2)), /^gather: index .* is f32, expected u32/],
  [() => ops.oneHot(f(3), 2), /^oneHot: index .* is f32/],
  [() => ops.einsum('i,i->i', u(3), f(3)), /^einsum 'i,i->i': .* is u32, expected f32/],
  [() => ops.matmul(u(3, 3), f(3, 3)), /^matmul: .* is u32/],
  [() => ops.linear(f(2, 3), f(3, 4), u(4)), /^linear: bias .* is u32/],
  [() => ops.crossEntropy(f(2, 3), f(2)), /^crossEntropy: labels .* is f32/],
  [() => ops.grad(ops.sum(f(3)), u(3)), /^grad: .* is u32/],
  // Shapes.
  [() => ops.add(f(3), f(4)), /^add: shapes \[3\] and \[4\] do not match/],
  [() => ops.reshape(f(6), [4]), /^reshape: \[6\] has 6 elements, \[4\] has 4/],
  [() => ops.reshape(f(6), [-1, -1]), /^reshape: \[-1, -1\] has more than one -1/],
  [() => ops.reshape(f(6), [4, -1]), /^reshape: \[6\] has 6 elements, which \[4, -1\] cannot hold/],
  [() => ops.reshape(f(6), [1.5, 4]), /^reshape: an axis of \[1\.5, 4\] is 1\.5/],
  [() => ops.permute(f(2, 3), [0]), /^permute: order \[0\]/],
  [() => ops.permute(f(2, 3), [0, 1, 1]), /^permute: order \[0,1,1\]/],
  [() => ops.permute(f(2, 3), [0, 2]), /^permute: axis 2 /],
  [() => ops.transpose(f(3)), /^transpose: x is \[3\]/],
  [() => ops.broadcastTo(f(3), [4]), /^broadcastTo: /],
  [() => ops.broadcastTo(f(1), [0]), /^broadcastTo: an axis of \[0\] is 0/],
  [() => ops.slice(f(5, 6), [0], [2]), /^slice: start \[0\] has 1 numbers/],
  [() => ops.slice(f(5), [0.5], [2]), /^slice: the start .* is 0\.5/],
  [() => ops.slice(f(5), [0], [1.5]), /^slice: the size .* is 1\.5/],
  [() => ops.slice(f(5), [2], [4]), /^slice: the size .* is 4, expected a whole number from 1 to 3/],
  [() => ops.slice(f(5), [0], [3], [3]), /^slice: the size .* is 3/],
  [() => ops.slice(f(5), [0], [1], [0]), /^slice: the step .* is 0/],
  [() => ops.narrow(f(5), 1, 0, 1), /^narrow: axis 1 /],
  [() => ops.narrow(f(5), 0, 4, 2), /^slice: the size .* is 2/],
  [() => ops.pad(f(2, 3), [1], [0]), /^pad: before \[1\] has 1 numbers/],
  [() => ops.pad(f(3), [-1], [0]), /^pad: an amount of \[-1\] \[0\] is -1/],
  [() => ops.pad(f(3), [0.5], [0]), /^pad: an amount .* is 0\.5/],
  [() => ops.pad(f(3), [1], [0], Number.NaN), /^pad: the value is NaN/],
  [() => ops.pad(u(3), [1], [0], -1), /^pad: the value of a u32 is -1, expected a whole number from 0/],
  [() => ops.pad(u(3), [0], [0], 0.5), /^pad: the value of a u32 is 0\.5/],
  [() => ops.window(f(3), 0, 4), /^window: the size .* is 4/],
  [() => ops.window(f(3), 0, 1.5), /^window: the size .* is 1\.5/],
  [() => ops.window(f(3), 0, 2, 0), /^window: the stride is 0/],
  [() => ops.concat([f(2, 3), f(3, 3)], 1), /^concat on axis 1: tensor 1 is f32 \[3, 3\]/],
  [() => ops.concat([f(2), u(2)], 0), /^concat on axis 0: tensor 1 is u32 \[2\]/],
  [() => ops.concat([f(2)], 1), /^concat: axis 1 /],
  [() => ops.pack([f(3)], [{ offset: 0, size: 4 }], 4), /^pack: tensor 0 has 3 elements, its segment 4/],
  [() => ops.pack([f(3)], [], 4), /^pack: 1 tensors for 0 segments/],
  [() => ops.pack([f(3)], [{ offset: 2, size: 3 }], 4), /^pack: the offset of segment 0.* is 2/],
  [
    () =>
      ops.pack(
        [f(3), f(2)],
        [
          { offset: 2, size: 3 },
          { offset: 1, size: 2 },
        ],
        9,
      ),
    /^pack: segments 1 and 0 overlap at 2/,
  ],
  [() => ops.sum(f(3), 1), /^sum: axis 1 /],
  [() => ops.max(f(3), [0.5]), /^max: axis 0\.5 /],
  [() => ops.einsum('ij,jk->ii', f(2, 2), f(2, 2)), /^einsum .*: 'ii' has an axis twice/],
  [() => ops.einsum('ij,jk->il', f(2, 2), f(2, 2)), /^einsum .*: output axis 'l' is in no operand/],
  [() => ops.einsum('ij,jk->ik', f(2, 3), f(2, 2)), /^einsum .*: axis 'j' is 3 and 2/],
  [() => ops.einsum('ii,ik->k', f(2, 2), f(2, 2)), /^einsum .*: 'ii' for a tensor of shape \[2, 2\]/],
  [() => ops.matmul(f(2, 3), f(2, 2)), /^matmul: axis 'k' is 3 and 2/],
  [() => ops.iota([2], 1), /^iota: the axis is 1/],
  [() => ops.oneHot(u(2), 0), /^oneHot: classes is 0/],
  [() => ops.literal(Float32Array.of(1), [2]), /^literal: 1 elements for shape \[2\]/],
  [() => ops.randomNormal(u(2, 3), [4]), /^random: keys are u32 \[2, 3\]/],
  [() => ops.randomNormal(u(2, 2), [4], -1), /^random: the stream is -1/],
  [() => ops.layerNorm(f(4, 64), f(1), f(1)), /^layerNorm: gamma is \[1\], expected \[64\]/],
  [() => ops.layerNorm(f(4, 6), f(6), f(6), -1), /^layerNorm: epsilon is -1/],
  [() => ops.softmax(f()), /^softmax: x is \[\]/],
  [() => ops.crossEntropy(f(2, 3), u(3)), /^crossEntropy: labels is \[3\], expected \[2\]/],
  [
    () => ops.conv2d(f(4, 4, 3), f(3, 3, 3, 2)),
    /^conv2d: x is \[4, 4, 3\], expected \[batch, height, width, channels\]/,
  ],
  [
    () => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3)),
    /^conv2d: weight is \[3, 3, 3\], expected \[height, width, channels, outputs\]/,
  ],
  [() => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 2, 8)), /^conv2d: weight \[3, 3, 2, 8\] is for 2 channels, x .* has 3/],
  [() => ops.conv2d(f(1, 4, 4, 3), u(3, 3, 3, 2)), /^conv2d: weight .* is u32, expected f32/],
  [() => ops.conv2d(f(1, 2, 4, 3), f(3, 3, 3, 2)), /^conv2d: a window has height 3, the image with its padding only 2/],
  [() => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), { stride: 0 }), /^conv2d: the stride is 0/],
  [() => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), { stride: [1, 0.5] }), /^conv2d: the stride is 0\.5/],
  [() => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), { stride: [1] as never }), /^conv2d: the stride \[1\] has 1 numbers/],
  [
    () => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), { padding: 'full' as never }),
    /^conv2d: the padding is "full", expected 'same'/,
  ],
  [
    () => ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), { padding: [1, 1] as never }),
    /^conv2d: the padding is \[1,1\], expected/,
  ],
  [
    () =>
      ops.conv2d(f(1, 4, 4, 3), f(3, 3, 3, 2), {
        padding: [
          [1, -1],
          [0, 0],
        ],
      }),
    /^conv2d: the padding .* is -1/,
  ],
  [() => ops.depthwiseConv2d(f(1, 4, 4, 3), f(3, 3, 2)), /^depthwiseConv2d: weight \[3, 3, 2\] is for 2 channels/],
  [() => ops.depthwiseConv2d(f(1, 4, 4, 3), f(3, 3, 3, 1)), /^depthwiseConv2d: weight is \[3, 3, 3, 1\]/],
  [() => ops.maxPool(u(1, 4, 4, 3), { size: 2 }), /^maxPool: x .* is u32/],
  [() => ops.maxPool(f(4, 4, 3), { size: 2 }), /^maxPool: x is \[4, 4, 3\]/],
  [() => ops.maxPool(f(1, 4, 4, 3), { size: 0 }), /^maxPool: the size is 0/],
  [() => ops.averagePool(f(1, 4, 4, 3), { size: [2, 5] }), /^averagePool: a window has width 5/],
  [
    () =>
      ops.averagePool(f(1, 4, 4, 3), {
        size: 2,
        padding: [
          [0, 0],
          [0, 2],
        ],
      }),
    /^averagePool: the padding is 2 where windows have 2/,
  ],
  [() => ops.linear(f(2, 3), f(4, 4), f(4)), /^linear: x \[2, 3\]/],
  [() => ops.attention(f(1, 2, 4), f(2, 2, 4), f(2, 2, 4), 2), /^attention: q \[1, 2, 4\], k \[2, 2, 4\]/],
  [() => ops.attention(f(1, 2, 4), f(1, 2, 4), f(1, 2, 4), 3), /^attention: widths 4 and 4 .* 3 heads/],
  [() => ops.attention(f(1, 2, 4), f(1, 2, 4), f(1, 2, 4), 0), /^attention: heads is 0/],
  [() => ops.grad(f(2), f(2)), /^grad: the loss is f32 \[2\]/],
  [() => ops.lamb(flat, { ...state, gradients: f(60) }, scalars), /^lamb: gradients is \[60\], expected \[64\]/],
  [() => ops.adamw(flat, state, { ...scalars, emaDecay: f(2) }), /^adamw: the size of emaDecay is 2/],
];

it.each(refused.map(([build, message]) => [message.source, build, message] as const))('%s', (_, build, message) => {
  expect(build).toThrow(message);
  expect(build).toThrow(/^[^\n]*$/);
});
