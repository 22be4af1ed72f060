import { Worker, type WorkerOptions } from 'node:worker_threads';
import { MetricsWorker } from './worker/client';

/** Starts a thread that computes metrics. It keeps the process alive until it is disposed of. */
export function openMetricsWorker(options?: WorkerOptions): MetricsWorker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new MetricsWorker(new Worker(new URL(`./worker-node.${extension}`, import.meta.url), options));
}
