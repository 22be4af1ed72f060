import { startWorker } from '#wasm-platform';
import type { ThreadWorker } from './thread-worker';
import {
  BASE,
  chunksOf,
  DONE,
  type KernelCall,
  kernelOf,
  LIMIT,
  MAIL,
  makeProgram,
  NEXT,
  type Order,
  PROGRAM,
  type Reply,
  WORDS,
  wake,
} from './walk.js';

export type { KernelCall } from './walk.js';

/** A list of kernels, to be run in order any number of times. */
export interface ThreadProgram {
  /**
   * Runs all kernels, or those of [from, to); runs of one group of threads follow each other in the order of the calls.
   * @throws Error when a kernel traps, a thread ends or the threads are ended, and from then on
   */
  run(from?: number, to?: number): Promise<void>;
  destroy(): void;
}

/** What runs kernels over one memory. */
export interface Threads {
  /** Threads that compute. */
  readonly count: number;
  /**
   * Instantiates a module that imports `env.memory` in every thread.
   * @param calls kernels in order; each begins when all chunks of those before it are done, or with the one before it
   */
  add(module: WebAssembly.Module, calls: readonly KernelCall[]): Promise<ThreadProgram>;
  /** Ends the threads; what is running is rejected. */
  destroy(): void;
}

function checkCalls(calls: readonly KernelCall[]): void {
  for (const { name, items, chunk } of calls) {
    if (Number.isInteger(items) && items > 0 && Number.isInteger(chunk) && chunk > 0) continue;
    throw new RangeError(`kernel '${name}' over ${items} items in chunks of ${chunk}, expected whole numbers above 0`);
  }
}

/** Chunks that come before each kernel, and at the end all. */
function startsOf(calls: readonly KernelCall[]): readonly number[] {
  const starts = [0];
  for (const call of calls) starts.push(starts.at(-1)! + chunksOf(call));
  return starts;
}

/** For tests. */
export interface ThreadsOptions {
  /** Starts a worker. */
  readonly start?: () => ThreadWorker;
  /** Milliseconds between looks at whether the workers get on. */
  readonly lookEvery?: number;
}

/**
 * Looks in a row that see nothing done, after which a worker is taken for dead: a page is not told of the end of a worker
 * that its browser stops. Looks and not a time are counted, so that a machine may sleep meanwhile.
 */
const MOST_LOOKS = 12;

/**
 * A group of workers over a shared memory. A run costs no message but one at its end: the workers sleep until one is
 * offered, take chunks of its kernels by an atomic counter, and go on to the next kernel when the last chunk is done. Chunks
 * do not depend on the number of workers, nor do results.
 * @param count of workers
 * @throws Error when a worker does not start
 */
export async function openThreads(
  memory: WebAssembly.Memory,
  count: number,
  { start = startWorker, lookEvery = 5000 }: ThreadsOptions = {},
): Promise<Threads> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} threads, expected 1 or more`);
  const group = new WorkerGroup(memory, Array.from({ length: count }, start), lookEvery);
  try {
    await group.started;
  } catch (error) {
    group.destroy();
    throw error;
  }
  return group;
}

interface Waiter {
  /** Replies that are still to come. */
  left: number;
  resolve(): void;
  reject(error: Error): void;
}

class WorkerGroup implements Threads {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  readonly started: Promise<void>;
  #broken: Error | undefined;
  #orders: Waiter | undefined;
  #run: Waiter | undefined;
  /** Orders and runs, one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #nextId = 0;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly workers: readonly ThreadWorker[],
    private readonly lookEvery: number,
  ) {
    for (const worker of workers) {
      worker.listen(
        (reply) => this.#take(reply as Reply),
        (reason) => this.#break(new Error(`a thread of the WebAssembly backend failed: ${reason}`)),
      );
    }
    this.started = this.#order({ type: 'start', words: this.#words });
  }

  get count(): number {
    return this.workers.length;
  }

  async add(module: WebAssembly.Module, calls: readonly KernelCall[]): Promise<ThreadProgram> {
    checkCalls(calls);
    const id = this.#nextId++;
    await this.#order({ type: 'add', id, module, memory: this.memory, calls });
    const starts = startsOf(calls);
    return {
      run: (from = 0, to = calls.length) => {
        const second = calls.findIndex(({ beside }, i) => i > from && !beside);
        const first = starts[from]!;
        const awake = starts[second < 0 ? to : Math.min(to, second)]! - first;
        return this.#enqueue(() => this.#start(id, { first, chunks: starts[to]! - first }, awake));
      },
      // A group that has ended holds no programs.
      destroy: () => void this.#order({ type: 'drop', id }).catch(() => undefined),
    };
  }

  destroy(): void {
    this.#break(new Error('the threads of the WebAssembly backend were ended'));
  }

  #start(id: number, { first, chunks }: { first: number; chunks: number }, firstChunks: number): Promise<void> {
    if (chunks === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#run = { left: 1, resolve, reject };
      const words = this.#words;
      const next = Atomics.load(words, NEXT);
      Atomics.store(words, PROGRAM, id);
      Atomics.store(words, BASE, (next - first) | 0);
      // Offers the run; the words above have to be there by now.
      Atomics.store(words, LIMIT, (next + chunks) | 0);
      wake(words, firstChunks);
    });
  }

  #order(order: Order): Promise<void> {
    return this.#enqueue(
      () =>
        new Promise((resolve, reject) => {
          this.#orders = { left: this.workers.length, resolve, reject };
          // Announced first: a worker that has taken a message that it knows nothing of would wait for another.
          Atomics.add(this.#words, MAIL, 1);
          for (const worker of this.workers) worker.post(order);
          wake(this.#words, Number.POSITIVE_INFINITY);
        }),
    );
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      if (this.#broken) throw this.#broken;
      for (const worker of this.workers) worker.hold(true);
      const watch = this.#watch();
      try {
        await work();
      } finally {
        clearInterval(watch);
        for (const worker of this.workers) worker.hold(false);
      }
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  #watch(): ReturnType<typeof setInterval> {
    const progress = (): string => `${Atomics.load(this.#words, DONE)} ${this.#orders?.left}`;
    let [seen, looks] = [progress(), 0];
    return setInterval(() => {
      const now = progress();
      looks = now === seen ? looks + 1 : 0;
      seen = now;
      if (looks < MOST_LOOKS) return;
      const seconds = (MOST_LOOKS * this.lookEvery) / 1000;
      this.#break(new Error(`a thread of the WebAssembly backend does not answer: nothing was done for ${seconds} s`));
    }, this.lookEvery);
  }

  #take(reply: Reply): void {
    if (reply.type === 'failed') this.#break(new Error(`a kernel of the WebAssembly backend failed: ${reply.message}`));
    else if (reply.type === 'done') this.#run?.resolve();
    else if (this.#orders && --this.#orders.left === 0) this.#orders.resolve();
  }

  #break(error: Error): void {
    if (this.#broken) return;
    this.#broken = error;
    for (const worker of this.workers) worker.terminate();
    this.#orders?.reject(error);
    this.#run?.reject(error);
  }
}

/** Milliseconds that a run on this thread keeps others waiting. */
const TURN = 30;

/** The same without workers, for runtimes that cannot share memory: kernels run on this thread, a few milliseconds at a time. */
export function openOneThread(memory: WebAssembly.Memory): Threads {
  let last: Promise<unknown> = Promise.resolve();
  let broken: Error | undefined;
  return {
    count: 1,
    async add(module, calls) {
      checkCalls(calls);
      const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
      const program = makeProgram(exports, calls);
      const starts = startsOf(calls);
      const run = async (from: number, to: number): Promise<void> => {
        let began = performance.now();
        const first = starts[from]!;
        let kernel = kernelOf(program, first);
        for (let ticket = first; kernel && ticket < starts[to]!; kernel = kernelOf(kernel, ++ticket)) {
          if (broken) throw broken;
          try {
            kernel.compute(ticket);
          } catch (error) {
            broken = new Error(`a kernel of the WebAssembly backend failed: ${(error as Error).message}`);
          }
          if (performance.now() - began < TURN) continue;
          await new Promise((resolve) => setTimeout(resolve));
          began = performance.now();
        }
        if (broken) throw broken;
      };
      return {
        run(from = 0, to = calls.length) {
          const done = last.then(() => run(from, to));
          last = done.catch(() => undefined);
          return done;
        },
        destroy: () => undefined,
      };
    },
    destroy() {
      broken ??= new Error('the threads of the WebAssembly backend were ended');
    },
  };
}
