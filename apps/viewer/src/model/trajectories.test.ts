// Reference: values put in by hand; NumPy's npz layout by way of @noisesmith/formats; the samples that a session draws.
import { initialParameters } from '@noisesmith/diffusion';
import { bytesSource, openNpz, readNpz } from '@noisesmith/formats';
import { rin, rinConfig } from '@noisesmith/rin';
import { openSampling } from '@noisesmith/samplers';
import { openOracle } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { collectTrajectories } from './states';
import { emptyTrajectories, endOf, enterStep, imageAt, type Trajectories } from './trajectories';
import { decodeTrajectories, encodeTrajectories } from './trajectories-npz';

const moments = [
  { t: 1, logSnr: -20 },
  { t: 1 / 3, logSnr: 0.1 },
  { t: 0, logSnr: Number.POSITIVE_INFINITY },
];

/** Two samples of 1×2 pixels after two steps; x leaves [0, 1]. */
function example(labels: readonly (number | null)[] = [3, 1]): Trajectories {
  const trajectories = emptyTrajectories({ shape: [1, 2, 1], seeds: [7, 2 ** 40 + 1], labels, moments });
  const step = (index: number, x: number[], x0: number[]) =>
    enterStep(trajectories, { index, first: 0, count: 2, x: Float32Array.from(x), x0: Float32Array.from(x0) });
  step(0, [-0.9, 1.8, 0, 1], [0.5, 0.25, 0, 1]);
  step(1, [0.1, 0.2, 0.3, 0.4], [0, 0.2, 0.4, 1]);
  return trajectories;
}

describe('trajectories', () => {
  it('are entered step by step, and end at the last estimate', () => {
    const trajectories = example();
    expect([...imageAt(trajectories, 'x', 1, 1)]).toEqual([...Float32Array.of(0.3, 0.4)]);
    expect([...imageAt(trajectories, 'x', 2, 0)]).toEqual([...Float32Array.of(0, 0.2)]);
    expect(endOf(trajectories)).toEqual(Float32Array.of(0, 0.2, 0.4, 1));
    expect([...trajectories.known]).toEqual([3, 3]);
  });

  it('know how far each sample is', () => {
    const trajectories = emptyTrajectories({ shape: [1, 1, 1], seeds: [0, 1, 2], labels: [null, null, null], moments });
    enterStep(trajectories, { index: 0, first: 1, count: 2, x: Float32Array.of(1, 2), x0: Float32Array.of(3, 4) });
    expect([...trajectories.known]).toEqual([0, 1, 1]);
    expect([...trajectories.x[0]!]).toEqual([0, 1, 2]);
  });

  it('come back exactly from an npz that NumPy reads', async () => {
    const trajectories = example();
    const bytes = encodeTrajectories(trajectories, 'exact');
    expect(decodeTrajectories(bytes)).toEqual(trajectories);
    const arrays = readNpz(bytes);
    expect(arrays.get('arr_0')).toEqual({ dtype: 'U8', shape: [2, 1, 2, 1], data: Uint8Array.of(0, 51, 102, 255) });
    expect(arrays.get('arr_1')).toEqual({ dtype: 'I32', shape: [2], data: Int32Array.of(3, 1) });
    expect(arrays.get('x')!.shape).toEqual([2, 2, 1, 2, 1]);
    const names = ['a', 'b', 'c', 'd'];
    const named = await openNpz(bytesSource(encodeTrajectories(trajectories, 'exact', names)));
    expect(await named.text('class_names')).toEqual(names);
    expect((await openNpz(bytesSource(encodeTrajectories(example([null, null]), 'exact', names)))).texts).toEqual([]);
  });

  it('come back from bytes to half of their steps', () => {
    const trajectories = example([null, null]);
    const decoded = decodeTrajectories(encodeTrajectories(trajectories));
    expect(decoded.labels).toEqual([null, null]);
    for (const [what, step] of [
      ['x', 3 / 255],
      ['x0', 1 / 255],
    ] as const) {
      trajectories[what].slice(0, 2).forEach((values, moment) => {
        values.forEach((value, i) => {
          expect(Math.abs(decoded[what][moment]![i]! - value)).toBeLessThanOrEqual(step / 2 + 1e-6);
        });
      });
    }
  });

  it('that are something else are refused in one line', () => {
    const bytes = encodeTrajectories(example());
    expect(() => decodeTrajectories(bytes.subarray(0, 100))).toThrow(/^[^\n]+$/);
    const renamed = Uint8Array.from(bytes, (byte, i) =>
      byte === 's'.charCodeAt(0) && bytes[i + 1] === 'e'.charCodeAt(0) && bytes[i + 4] === 's'.charCodeAt(0)
        ? 0x7a
        : byte,
    );
    expect(() => decodeTrajectories(renamed)).toThrow("'seeds' is missing");
  });

  it('collected from a session end at its samples, with x as pixels', async () => {
    const net = rin(
      rinConfig({
        image: [4, 4],
        channels: 1,
        patch: 2,
        latents: 4,
        latentDim: 8,
        tapeDim: 8,
        blocks: [1],
        heads: 2,
        rwHeads: 2,
        classes: 2,
      }),
    );
    const weights = initialParameters(net, 0);
    const request = { weights, seeds: [1, 2, 3], labels: [0, 1, null] };
    using oracle = openOracle();
    using session = await openSampling(oracle, net, { steps: 3, sampler: 'ddim', inputScale: 0.5, batch: 2 });
    const trajectories = await collectTrajectories(session, { shape: net.imageShape, inputScale: 0.5, request });
    expect(endOf(trajectories)).toEqual((await session.sample(request)).images);
    expect(trajectories.moments.map(({ t }) => t)).toEqual([1, 2 / 3, 1 / 3, 0].map((t) => expect.closeTo(t, 12)));
    const [start] = trajectories.x;
    for await (const { x } of session.states({ ...request, seeds: [1], labels: [0] })) {
      expect(start!.slice(0, 16)).toEqual(x.map((value) => value + 0.5));
      break;
    }
  });
});
