import { MetricError } from '../errors';
import type { TaskOptions } from '../task';
import type { ArgumentsOf, ResultOf, WorkerReply, WorkerRequest, WorkerTask } from './tasks';

/** A worker of a page, as far as it is used. */
interface PageWorker {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void;
  terminate(): unknown;
}

/** A worker of Node's worker_threads, as far as it is used. */
interface ThreadWorker {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): unknown;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: TaskOptions['onProgress'];
}

/** An error as it was thrown in the worker, by its name. */
function revived({ message, name }: { readonly name: string; readonly message: string }): Error {
  return name === 'MetricError' ? new MetricError(message) : Object.assign(new Error(message), { name });
}

/**
 * Long computations in a thread of their own, so that a page or a terminal goes on meanwhile. It runs
 * `@noisesmith/metrics/worker`.
 */
export class MetricsWorker implements Disposable {
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #broken: Error | undefined;

  /** @param worker just started from the script `@noisesmith/metrics/worker`; this owns it */
  constructor(private readonly worker: PageWorker | ThreadWorker) {
    const onMessage = (reply: unknown) => this.#take(reply as WorkerReply);
    const onError = (message: string | undefined) =>
      this.#break(new Error(`the worker failed: ${message ?? 'it did not load'}`));
    if ('on' in worker) {
      worker.on('message', onMessage);
      worker.on('error', ({ message }) => onError(message));
      worker.on('exit', (code) => this.#break(new Error(`the worker ended with code ${code}`)));
    } else {
      worker.addEventListener('message', ({ data }) => onMessage(data));
      worker.addEventListener('error', ({ message }) => onError(message));
    }
  }

  /**
   * Computes what the function of this name computes, with the same arguments, which are copied (arrays over shared memory
   * are not).
   * @param options `signal`: its reason is thrown when it is aborted, and the worker is free within some milliseconds
   * @throws what the function throws; Error when the worker does not run
   */
  async compute<N extends WorkerTask>(
    task: N,
    args: ArgumentsOf<N>,
    { onProgress, signal }: TaskOptions = {},
  ): Promise<ResultOf<N>> {
    signal?.throwIfAborted();
    if (this.#broken) throw this.#broken;
    const id = this.#next++;
    const post = (request: WorkerRequest) => this.worker.postMessage(request);
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<ResultOf<N>>((resolve, reject) => {
        onAbort = () => {
          post({ id, stop: true });
          reject(signal!.reason);
        };
        signal?.addEventListener('abort', onAbort);
        this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
        post({ id, task, args });
      });
    } finally {
      if (onAbort) signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(id);
    }
  }

  /** Ends the worker; what it is computing is rejected. */
  [Symbol.dispose](): void {
    this.#break(new Error('the worker was closed'));
    void this.worker.terminate();
  }

  #take(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if ('done' in reply) pending.onProgress?.(reply.done);
    else if ('error' in reply) pending.reject(revived(reply.error));
    else pending.resolve(reply.value);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#broken);
  }
}
