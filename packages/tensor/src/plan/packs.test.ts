// Reference: the oracle. WebGPU itself refuses a dispatch that binds one buffer both for reading and for writing.
import { expect, it } from 'vitest';
import { f32, matmul, openDevice, pack, sum, trace } from '../index';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';

it('computes an element of a pack from another element of it', async () => {
  using device = await openDevice();
  const graph = trace({ inputs: { x: f32(8, 64), w: f32(64, 64) } }, ({ inputs: { x, w } }) => {
    const first = sum(x, 0, { keepDims: true });
    const second = matmul(first, w);
    const segments = [0, 64].map((offset) => ({ offset, size: 64 }));
    return { outputs: { flat: pack([first, second], segments, 128) } };
  });
  const inputs = { x: Float32Array.from(spread(8 * 64, 1)), w: Float32Array.from(spread(64 * 64, 2)) };
  expect(await worstError(device, graph, { inputs })).toBeLessThan(2e-5);
});
