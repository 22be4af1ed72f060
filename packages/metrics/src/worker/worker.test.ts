// Reference: the same functions on this thread, bit for bit.
import { afterAll, expect, it } from 'vitest';
import { expectedBias } from '../expected-bias';
import { frechetDistance, frechetDistanceOfSets } from '../frechet';
import { frechetDistanceInfinity } from '../frechet-infinity';
import { kernelDistance } from '../kernel-distance';
import { memorisation, nearestReference } from '../memorisation';
import { mind } from '../mind';
import { mindBias } from '../mind-bias';
import { openMetricsWorker } from '../node';
import { precisionRecall } from '../precision-recall';
import { momentsOf } from '../statistics';
import { normalSet } from '../testing/sets';

const execArgv = [
  '--conditions=@noisesmith/source',
  '--import',
  new URL('../testing/register-tsx.mjs', import.meta.url).href,
];
const worker = openMetricsWorker({ execArgv });
afterAll(() => worker[Symbol.dispose]());

const [x, y] = [normalSet(60, 20, 1), normalSet(50, 20, 2, 1.5)];
const [a, b] = [momentsOf(x), momentsOf(y)];

it('every task, at once', async () => {
  const found = await Promise.all([
    worker.compute('frechetDistance', [a, b]),
    worker.compute('frechetDistanceOfSets', [x, y]),
    worker.compute('frechetDistanceInfinity', [x, b, { points: 3 }]),
    worker.compute('kernelDistance', [x, y, { subsets: 2 }]),
    worker.compute('precisionRecall', [x, y]),
    worker.compute('mind', [x, y, { directions: 9 }]),
    worker.compute('memorisation', [x, y]),
    worker.compute('nearestReference', [x, y]),
    worker.compute('expectedBias', [a, 30]),
    worker.compute('mindBias', [x, 30]),
  ]);
  expect(found).toEqual([
    frechetDistance(a, b),
    frechetDistanceOfSets(x, y),
    frechetDistanceInfinity(x, b, { points: 3 }),
    kernelDistance(x, y, { subsets: 2 }),
    precisionRecall(x, y),
    mind(x, y, { directions: 9 }),
    memorisation(x, y),
    nearestReference(x, y),
    expectedBias(a, 30),
    mindBias(x, 30),
  ]);
});

it('errors keep their name; a signal stops the task, and the next begins', async () => {
  await expect(worker.compute('precisionRecall', [x, y, { k: 50 }])).rejects.toThrow(
    expect.objectContaining({ name: 'MetricError', message: expect.stringContaining('k is 50, but the reference') }),
  );
  const controller = new AbortController();
  const reason = new Error('enough');
  const size = 500;
  const unit = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) ? 0 : 1));
  const large = { mean: new Float64Array(size), covariance: unit };
  const progress: number[] = [];
  const stopped = worker.compute('frechetDistanceInfinity', [normalSet(4000, size, 1), large], {
    signal: controller.signal,
    onProgress(done) {
      progress.push(done);
      controller.abort(reason);
    },
  });
  await expect(stopped).rejects.toThrow(reason);
  expect(progress).toHaveLength(1);
  expect(await worker.compute('frechetDistance', [a, b])).toBe(frechetDistance(a, b));
  await expect(worker.compute('frechetDistance', [a, b], { signal: controller.signal })).rejects.toThrow(reason);
});

it('one that ends, or never began, rejects what it was asked', async () => {
  const closed = openMetricsWorker({ execArgv });
  const pending = closed.compute('frechetDistance', [a, b]);
  closed[Symbol.dispose]();
  await expect(pending).rejects.toThrow('the worker was closed');
  await expect(closed.compute('frechetDistance', [a, b])).rejects.toThrow('the worker was closed');
  const broken = openMetricsWorker({ execArgv: ['--import', './there-is-no-such-file.mjs'] });
  await expect(broken.compute('frechetDistance', [a, b])).rejects.toThrow('the worker failed: ');
});
