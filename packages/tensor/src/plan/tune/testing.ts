import * as ops from '../../index';
import { type Graph, trace } from '../../index';
import { spread } from '../../testing/finite-differences';

/** Products whose neighbours lie side by side, one of them long, with a layer norm and a softmax between. */
export function vectorGraph(): Graph {
  const spec = { inputs: { x: ops.f32(16, 256), w: ops.f32(256, 32), g: ops.f32(32), b: ops.f32(32) } } as const;
  return trace(spec, ({ inputs: { x, w, g, b } }) => {
    const rows = ops.layerNorm(ops.linear(x, w, b, { activation: 'gelu' }), g, b);
    const y = ops.matmul(ops.softmax(ops.matmul(rows, ops.transpose(rows))), rows);
    const [dx, dw] = ops.grad(ops.sum(ops.square(y)), [x, w]);
    return { outputs: { y, dx: dx!, dw: dw! } };
  });
}

export const vectorInputs = (): Record<string, Float32Array> => ({
  x: Float32Array.from(spread(16 * 256, 1)),
  w: Float32Array.from(spread(256 * 32, 2), (v) => v / 4),
  g: Float32Array.from(spread(32, 3)),
  b: Float32Array.from(spread(32, 4)),
});
