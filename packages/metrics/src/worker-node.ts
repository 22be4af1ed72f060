/** The script of a worker thread: it computes what {@link MetricsWorker} asks for. */
import { parentPort } from 'node:worker_threads';
import { serveTasks } from './worker/serve';

parentPort?.on(
  'message',
  serveTasks((reply) => parentPort?.postMessage(reply)),
);
