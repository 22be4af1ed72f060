import { startWorker } from '#wasm-platform';
import type { ThreadWorker } from './thread-worker';
import {
  chunkStarts,
  DONE,
  type KernelCall,
  kernelOf,
  MAIL,
  MOST_RUNS,
  makeProgram,
  type Order,
  offerRun,
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
  for (const { name, items, grain } of calls) {
    if (Number.isInteger(items) && items > 0 && Number.isInteger(grain) && grain > 0) continue;
    throw new RangeError(`kernel '${name}' over ${items} items by ${grain}, expected whole numbers above 0`);
  }
}

/** Chunks that come before each kernel, and at the end all. */
function startsOf(calls: readonly KernelCall[], threads: number): readonly number[] {
  const starts = [0];
  for (const call of calls) starts.push(starts.at(-1)! + chunkStarts(call, threads).length - 1);
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
 * offered, take chunks of its kernels by an atomic counter, and go on to the next kernel, or run, when the last chunk is
 * done. Chunks depend on the number of workers, results do not.
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

/** A message to every worker, or a run; it begins when it may, in the order of the calls. */
interface Task {
  readonly kind: 'order' | 'run';
  begin(): void;
  /** Replies that are still to come. */
  left: number;
  resolve(): void;
  reject(error: Error): void;
}

class WorkerGroup implements Threads {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  readonly started: Promise<void>;
  #broken: Error | undefined;
  /** Those that may not begin yet. */
  readonly #waiting: Task[] = [];
  /** One order, or runs that are offered, of which the first is under way. */
  readonly #begun: Task[] = [];
  #watch: ReturnType<typeof setInterval> | undefined;
  #offered = 0;
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
    this.started = this.#order((thread) => ({ type: 'start', words: this.#words, thread, threads: this.count }));
  }

  get count(): number {
    return this.workers.length;
  }

  async add(module: WebAssembly.Module, calls: readonly KernelCall[]): Promise<ThreadProgram> {
    checkCalls(calls);
    const id = this.#nextId++;
    await this.#order(() => ({ type: 'add', id, module, memory: this.memory, calls }));
    const starts = startsOf(calls, this.count);
    return {
      run: async (from = 0, to = calls.length) => {
        if (from === to) return;
        const first = starts[from]!;
        const second = calls.findIndex(({ beside }, i) => i > from && !beside);
        const firstChunks = starts[second < 0 ? to : Math.min(to, second)]! - first;
        const run = { program: id, first, chunks: starts[to]! - first, firstChunks };
        await this.#do('run', 1, () => offerRun(this.#words, this.#offered++, run));
      },
      // A group that has ended holds no programs.
      destroy: () => void this.#order(() => ({ type: 'drop', id })).catch(() => undefined),
    };
  }

  destroy(): void {
    this.#break(new Error('the threads of the WebAssembly backend were ended'));
  }

  #order(orderOf: (thread: number) => Order): Promise<void> {
    return this.#do('order', this.count, () => {
      // Announced first: a worker that has taken a message that it knows nothing of would wait for another.
      Atomics.add(this.#words, MAIL, 1);
      for (const [thread, worker] of this.workers.entries()) worker.post(orderOf(thread));
      wake(this.#words, Number.POSITIVE_INFINITY);
    });
  }

  #do(kind: Task['kind'], replies: number, begin: () => void): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, begin, left: replies, resolve, reject });
      this.#beginNext();
    });
  }

  /** Begins what may begin: runs are offered while others are under way, an order has the workers for itself. */
  #beginNext(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const [first] = this.#begun;
      const room = next.kind === 'run' ? MOST_RUNS : 1;
      if (first && (first.kind !== next.kind || this.#begun.length >= room)) break;
      this.#waiting.shift();
      this.#begun.push(next);
      if (this.#watch === undefined) this.#hold();
      next.begin();
    }
    if (this.#begun.length === 0) this.#release();
  }

  #take(reply: Reply): void {
    if (reply.type === 'failed') {
      this.#break(new Error(`a kernel of the WebAssembly backend failed: ${reply.message}`));
      return;
    }
    const [first] = this.#begun;
    if (!first || --first.left > 0) return;
    this.#begun.shift();
    first.resolve();
    this.#beginNext();
  }

  #break(error: Error): void {
    if (this.#broken) return;
    this.#broken = error;
    this.#release();
    for (const worker of this.workers) worker.terminate();
    for (const { reject } of [...this.#begun.splice(0), ...this.#waiting.splice(0)]) reject(error);
  }

  /** The program lives as long as something is under way, and the workers are looked after. */
  #hold(): void {
    for (const worker of this.workers) worker.hold(true);
    const progress = (): string => `${Atomics.load(this.#words, DONE)} ${this.#begun[0]?.left}`;
    let [seen, looks] = [progress(), 0];
    this.#watch = setInterval(() => {
      const now = progress();
      looks = now === seen ? looks + 1 : 0;
      seen = now;
      if (looks < MOST_LOOKS) return;
      const seconds = (MOST_LOOKS * this.lookEvery) / 1000;
      this.#break(new Error(`a thread of the WebAssembly backend does not answer: nothing was done for ${seconds} s`));
    }, this.lookEvery);
  }

  #release(): void {
    if (this.#watch === undefined) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    for (const worker of this.workers) worker.hold(false);
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
      const program = makeProgram(exports, calls, 0, 1);
      const starts = startsOf(calls, 1);
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
