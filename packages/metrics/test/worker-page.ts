import { MetricsWorker, type Moments, type TaskOptions } from '../src';

const unit = (size: number, mean: number): Moments => ({
  mean: new Float64Array(size).fill(mean),
  covariance: Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) ? 0 : 1)),
});

/** What a page does with a worker: it shows progress, and frames go on. */
const page = {
  async frechet(a: Moments, b: Moments, stopAt?: number) {
    using worker = new MetricsWorker(new Worker('/worker.js', { type: 'module' }));
    const controller = new AbortController();
    const progress: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const options: TaskOptions = {
      signal: controller.signal,
      onProgress(done) {
        progress.push(done);
        if (stopAt !== undefined && done > stopAt) controller.abort(new Error('stopped'));
      },
    };
    try {
      return { value: await worker.compute('frechetDistance', [a, b], options), progress, turns };
    } catch (error) {
      // The same worker goes on with what is asked next.
      const next = await worker.compute('frechetDistance', [unit(3, 0), unit(3, 1)]);
      return { error: (error as Error).message, name: (error as Error).name, next, progress, turns };
    } finally {
      clearInterval(timer);
    }
  },
  /** Of unit covariance and means 0 and 1, whose distance is the number of dimensions. */
  units: (size: number, stopAt?: number) => page.frechet(unit(size, 0), unit(size, 1), stopAt),
  /** Of numbers that a test has. */
  lists: (a: readonly number[][], b: readonly number[][]) =>
    page.frechet(
      ...([a, b].map(([mean, covariance]) => ({
        mean: Float64Array.from(mean!),
        covariance: Float64Array.from(covariance!),
      })) as unknown as [Moments, Moments]),
    ),
  async missing() {
    using worker = new MetricsWorker(new Worker('/nowhere.js', { type: 'module' }));
    return await worker
      .compute('mind', [
        { count: 1, size: 1, rows: Float32Array.of(1) },
        { count: 1, size: 1, rows: Float32Array.of(1) },
      ])
      .then(String, String);
  },
};

declare global {
  var metrics: typeof page;
}
globalThis.metrics = page;
