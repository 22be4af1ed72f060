// Reference: the oracle. WebGPU itself refuses a dispatch that binds one buffer both for reading and for writing.
import { expect, it } from 'vitest';
import { f32, matmul, pack, sum, trace } from '../index';
import { compiledBackends } from '../testing/backends';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';

it.each(compiledBackends)('%s computes an element of a pack from another element of it', async (_name, open) => {
  using backend = await open();
  const graph = trace({ inputs: { x: f32(8, 64), w: f32(64, 64) } }, ({ inputs: { x, w } }) => {
    const first = sum(x, 0, { keepDims: true });
    const second = matmul(first, w);
    const segments = [0, 64].map((offset) => ({ offset, size: 64 }));
    return { outputs: { flat: pack([first, second], segments, 128) } };
  });
  const inputs = { x: Float32Array.from(spread(8 * 64, 1)), w: Float32Array.from(spread(64 * 64, 2)) };
  expect(await worstError(backend, graph, { inputs })).toBeLessThan(2e-5);
});
