import type { ThreadWorker } from './threads/thread-worker';

/** Threads that run at once. */
export const availableThreads = (): number => navigator.hardwareConcurrency || 1;

/** Browsers have relaxed SIMD or not. */
export function allowRelaxedSimd(): void {}

/** Starts the script of a thread. Bundlers know this form and take the script along, as a file of its own. */
export function startWorker(): ThreadWorker {
  const worker = new Worker(new URL('./threads/worker-browser.js', import.meta.url), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    listen(onMessage, onEnd) {
      worker.addEventListener('message', (event) => onMessage(event.data));
      worker.addEventListener('error', (event) => {
        // It is told to whoever runs a program; unprevented, a worker around this one would seem to have failed as well.
        event.preventDefault();
        onEnd(event.message || 'its script did not load');
      });
    },
    hold: () => undefined,
    terminate: () => worker.terminate(),
  };
}
