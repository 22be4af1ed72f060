/**
 * Calls of functions in a worker: each has one argument, tells events while it works, can be aborted, and ends with a result
 * or an error, of which the message arrives.
 */
export interface Call {
  readonly signal: AbortSignal;
  /** Tells the caller something before the end. */
  emit(event: unknown, transfer?: Transferable[]): void;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments and results are whatever can be posted.
export type Handler = (argument: any, call: Call) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;

type Argument<H> = H extends (argument: infer A, ...rest: never[]) => unknown ? A : never;
type Result<H> = H extends (...args: never[]) => infer R ? Awaited<R> : never;

interface Posted {
  readonly id: number;
  readonly call?: { readonly name: string; readonly argument: unknown };
  readonly abort?: true;
  readonly event?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** What an error of a worker becomes on the page. */
export class WorkerCallError extends Error {
  constructor(
    /** The name that the error had in the worker, e.g. `AbortError`. */
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

const transfers = new WeakMap<object, Transferable[]>();

/** Marks what of a result is handed over in place of copied. */
export function transferring<T extends object>(result: T, transfer: Transferable[]): T {
  transfers.set(result, transfer);
  return result;
}

/** In a worker: answers calls of these names. */
export function serveCalls(handlers: Handlers): void {
  const scope = globalThis as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>;
  const running = new Map<number, AbortController>();
  scope.addEventListener('message', async ({ data }: MessageEvent<Posted>) => {
    const { id, call, abort } = data;
    if (abort) return running.get(id)?.abort();
    if (!call) return;
    const controller = new AbortController();
    running.set(id, controller);
    const post = (answer: Omit<Posted, 'id'>, transfer: Transferable[] = []) =>
      scope.postMessage({ id, ...answer }, transfer);
    try {
      const handler = handlers[call.name];
      if (!handler) throw new Error(`the worker knows no ${call.name}`);
      const result = await handler(call.argument, {
        signal: controller.signal,
        emit: (event, transfer) => post({ event }, transfer),
      });
      post({ result }, typeof result === 'object' && result ? transfers.get(result) : undefined);
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      post({ error: { name, message } });
    } finally {
      running.delete(id);
    }
  });
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  // biome-ignore lint/suspicious/noExplicitAny: what a handler emits is its own.
  onEvent?(event: any): void;
  readonly transfer?: Transferable[];
}

/** The page's end of a worker that serves `H`. */
export interface WorkerCalls<H extends Handlers> {
  /** @throws WorkerCallError when the handler throws or the worker dies */
  call<K extends keyof H & string>(name: K, argument: Argument<H[K]>, options?: CallOptions): Promise<Result<H[K]>>;
  /** Ends the worker; calls under way are rejected. */
  close(): void;
}

interface Waiting {
  readonly options: CallOptions;
  resolve(value: never): void;
  reject(error: Error): void;
}

export function connectWorker<H extends Handlers>(worker: Worker): WorkerCalls<H> {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let dead: Error | undefined;
  const fail = (error: Error) => {
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.addEventListener('message', ({ data: { id, event, error, ...rest } }: MessageEvent<Posted>) => {
    const caller = waiting.get(id);
    if (!caller) return;
    if (event !== undefined) return caller.options.onEvent?.(event);
    waiting.delete(id);
    if (error) caller.reject(new WorkerCallError(error.name, error.message));
    else caller.resolve(rest.result as never);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    fail(new WorkerCallError('WorkerError', event.message || 'the worker of this page could not be loaded'));
  });
  worker.addEventListener('messageerror', () =>
    fail(new WorkerCallError('WorkerError', 'an answer could not be read')),
  );
  return {
    call(name, argument, options = {}) {
      if (dead) return Promise.reject(dead);
      const id = ++last;
      return new Promise((resolve, reject) => {
        const { signal, transfer = [] } = options;
        if (signal?.aborted) return reject(new WorkerCallError('AbortError', 'cancelled'));
        waiting.set(id, { options, resolve, reject });
        signal?.addEventListener('abort', () => waiting.has(id) && worker.postMessage({ id, abort: true }), {
          once: true,
        });
        worker.postMessage({ id, call: { name, argument } }, transfer);
      });
    },
    close() {
      worker.terminate();
      fail(new WorkerCallError('AbortError', 'the worker was closed'));
    },
  };
}
