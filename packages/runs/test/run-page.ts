import type { RunEvent } from '../src';
import type { WorkerAnswer, WorkerRequest } from './run-worker';

/** What a page does: it asks a worker, and shows what that posts. */
const page = {
  /** A worker of its own does what is asked, and is gone afterwards. */
  train(request: WorkerRequest): Promise<WorkerAnswer & { readonly grids: number }> {
    const worker = new Worker('/worker.js', { type: 'module' });
    let grids = 0;
    return new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<{ event?: RunEvent; answer?: WorkerAnswer }>) => {
        if (data.event?.type === 'grid' && data.event.images.data.length > 0) grids += 1;
        if (!data.answer) return;
        worker.terminate();
        resolve({ ...data.answer, grids });
      };
      worker.postMessage(request);
    });
  },
};

declare global {
  var runs: typeof page;
}
globalThis.runs = page;
