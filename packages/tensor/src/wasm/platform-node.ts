import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { ThreadWorker } from './threads/thread-worker';

/** Threads that run at once. */
export const availableThreads = (): number => availableParallelism();

/** Turns relaxed SIMD on where it waits behind a flag, as in Node 20. */
export function allowRelaxedSimd(): void {
  // A V8 that has no such flag says so on the terminal.
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** Starts the script of a thread. */
export function startWorker(): ThreadWorker {
  // Loaders of the program are none of the thread's business: its script is plain JavaScript.
  const worker = new Worker(new URL('./threads/worker-node.js', import.meta.url), { execArgv: [] });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    listen(onMessage, onEnd) {
      worker.on('message', onMessage);
      worker.on('error', ({ message }) => onEnd(message));
      worker.on('exit', (code) => onEnd(`it ended with code ${code}`));
    },
    hold: (awaited) => (awaited ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}
