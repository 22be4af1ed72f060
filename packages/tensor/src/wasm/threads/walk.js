// What a worker does. Plain JavaScript without Node or a page in it, so that a thread can be started from the same file in
// the sources and in what is published, in Node, in a page and in a bundle.

/**
 * Words that all threads share. Chunks of all kernels of a run have tickets in a row, which go on from run to run, modulo
 * 2³²: `next` is the first that nobody took, `limit` the first that is not offered, `done` counts those that are computed.
 * `signal` changes whenever a thread that found nothing to do should look again.
 */
const NEXT = 0;
const LIMIT = 1;
export const DONE = 2;
const SIGNAL = 3;
/** Number of messages that were posted to each worker. */
export const MAIL = 4;
/** 1 when a kernel has failed: nothing more is taken. */
const BROKEN = 5;

/**
 * Then the runs that are offered, one after the other in a ring. A run keeps its words until it is done: who still has a
 * ticket of it to take reads what is meant.
 */
const RUNS = 6;
/** Runs that are offered at a time. */
export const MOST_RUNS = 32;
/** Of a run: its program, the ticket that the program's first would have, the run's own first and the one after its last. */
const PROGRAM = 0;
const BASE = 1;
const BEGIN = 2;
const END = 3;
const RUN_WORDS = 4;
export const WORDS = RUNS + MOST_RUNS * RUN_WORDS;

/**
 * How often a thread looks for something to do before it sleeps: some tens of microseconds, longer than others take for the
 * chunks that they are at, as it takes longer still to be woken.
 */
const LOOKS = 20000;

/** Chunks of the items that are left, for each thread: long ones first, short ones at the end, where threads wait for each other. */
const CUTS = 4;
/** Grains of the longest chunk: some tenths of a millisecond. */
const MOST_GRAINS = 64;

/**
 * @typedef {object} KernelCall One kernel of a run: an export `(from, to, ...args, thread)` over items, a chunk of them at a time.
 * @property {string} name of the export
 * @property {number} items at least 1
 * @property {number} grain items of a chunk at least: some microseconds, beside which it costs little to take one
 * @property {readonly number[]} args addresses and what else the kernel takes
 * @property {boolean} [beside] true where it may begin as soon as the kernel before it may
 */

/**
 * @typedef {object} Kernel One kernel of a program and those behind it.
 * @property {number} first the first of its tickets, counted from the program's
 * @property {number} end the first of the next kernel's
 * @property {number} ready tickets that have to be done before it may begin
 * @property {number} together the first ticket that waits for this kernel, and for those beside it
 * @property {number} chunks those of this kernel and of the ones beside it that follow
 * @property {(ticket: number) => void} compute computes the chunk of a ticket, by the thread that the program was made for
 * @property {Kernel | undefined} next
 */

/**
 * Where the chunks of a kernel begin, and the end of the last. Neighbours in one chunk find what they read in the cache.
 * @param {KernelCall} call
 * @param {number} threads
 */
export function chunkStarts({ items, grain }, threads) {
  const starts = [0];
  for (let from = 0; from < items; ) {
    const share = Math.ceil((items - from) / (CUTS * threads));
    from = Math.min(items, from + Math.max(grain, Math.min(share, MOST_GRAINS * grain)));
    starts.push(from);
  }
  return starts;
}

/**
 * The first kernel of a program.
 * @param {WebAssembly.Exports} exports
 * @param {readonly KernelCall[]} calls
 * @param {number} thread which of the threads computes, from 0 on
 * @param {number} threads
 * @returns {Kernel | undefined}
 */
export function makeProgram(exports, calls, thread, threads) {
  const starts = calls.map((call) => chunkStarts(call, threads));
  let end = starts.reduce((n, { length }) => n + length - 1, 0);
  /** @type {Kernel | undefined} */
  let next;
  let together = end;
  for (const [i, call] of [...calls.entries()].reverse()) {
    const { name, args } = call;
    const cuts = /** @type {number[]} */ (starts[i]);
    const kernel = exports[name];
    if (typeof kernel !== 'function') throw new Error(`the module exports no function '${name}'`);
    const first = end - (cuts.length - 1);
    const compute = (/** @type {number} */ ticket) => {
      kernel(cuts[ticket - first], cuts[ticket - first + 1], ...args, thread);
    };
    const joined = calls[i + 1]?.beside === true;
    if (!joined) together = end;
    next = { first, end, ready: first, together, chunks: together - first, compute, next };
    end = first;
  }
  // Kernels side by side wait for what the first of them waits for.
  for (let kernel = next, i = 0, ready = 0; kernel; kernel = kernel.next, i++) {
    if (i === 0 || calls[i]?.beside !== true) ready = kernel.first;
    kernel.ready = ready;
  }
  return next;
}

/**
 * The kernel of a ticket, from `kernel` on.
 * @param {Kernel | undefined} kernel
 * @param {number} ticket
 */
export function kernelOf(kernel, ticket) {
  let found = kernel;
  while (found && ticket >= found.end) found = found.next;
  return found;
}

/**
 * Offers a run behind those that are offered.
 * @param {Int32Array} words
 * @param {number} number of the run, from 0 on; at most {@link MOST_RUNS} before it are not done
 * @param {{ program: number, first: number, chunks: number, firstChunks: number }} run
 *   its program, its first ticket counted from the program's, its tickets, and those of them that may be taken at once
 */
export function offerRun(words, number, { program, first, chunks, firstChunks }) {
  const at = RUNS + (number % MOST_RUNS) * RUN_WORDS;
  const begin = Atomics.load(words, LIMIT);
  Atomics.store(words, at + PROGRAM, program);
  Atomics.store(words, at + BASE, (begin - first) | 0);
  Atomics.store(words, at + BEGIN, begin);
  Atomics.store(words, at + END, (begin + chunks) | 0);
  // Offers it; the words above have to be there by now.
  Atomics.store(words, LIMIT, (begin + chunks) | 0);
  // Else whoever ends the run before it wakes the others.
  if (Atomics.load(words, DONE) === begin) wake(words, firstChunks);
}

/**
 * What goes to a worker: first the words, then programs.
 * @typedef {{ type: 'start', words: Int32Array, thread: number, threads: number }
 *   | { type: 'add', id: number, module: WebAssembly.Module, memory: WebAssembly.Memory, calls: readonly KernelCall[] }
 *   | { type: 'drop', id: number }} Order
 */

/**
 * What comes back: an order is done, the first of the runs is, or one of them failed.
 * @typedef {{ type: 'taken' } | { type: 'done' } | { type: 'failed', message: string }} Reply
 */

/**
 * Makes what takes a worker's messages. Between messages the thread computes or sleeps here, so it never waits in its event
 * loop but to take one that `MAIL` announced.
 * @param {(reply: Reply) => void} reply
 * @returns {(order: Order) => void}
 */
export function serve(reply) {
  /** @type {Int32Array} */
  let words = new Int32Array(WORDS);
  let thread = 0;
  let threads = 1;
  let received = 0;
  /** @type {Map<number, Kernel | undefined>} */
  const programs = new Map();
  /** Where this thread is: words of a run, its program and the kernel. Tickets only go up. */
  let run = RUNS;
  let currentProgram = -1;
  /** @type {Kernel | undefined} */
  let current;

  const read = (/** @type {number} */ of) => Atomics.load(words, run + of);

  /** Goes to the run of a ticket; false where none is offered. */
  const findRun = (/** @type {number} */ ticket) => {
    for (let tries = 0; tries < MOST_RUNS; tries++) {
      if (((ticket - read(BEGIN)) | 0) >= 0 && ((read(END) - ticket) | 0) > 0) return true;
      run = run + RUN_WORDS === WORDS ? RUNS : run + RUN_WORDS;
    }
    return false;
  };

  /** Computes one chunk, if one may be. A kernel's may when all of the kernel before it are done. */
  const step = () => {
    const ticket = Atomics.load(words, NEXT);
    if (ticket === Atomics.load(words, LIMIT) || Atomics.load(words, BROKEN) !== 0) return false;
    // If the run ends meanwhile and another takes its words, what is read here is of neither, but then the ticket is gone.
    if (!findRun(ticket)) return true;
    const [program, base, begin, end] = [read(PROGRAM), read(BASE), read(BEGIN), read(END)];
    const offset = (ticket - base) | 0;
    if (program !== currentProgram || !current || offset < current.first) current = programs.get(program);
    currentProgram = program;
    current = kernelOf(current, offset);
    if (!current || offset < 0) return true;
    const finished = Atomics.load(words, DONE);
    if (((finished - base) | 0) < current.ready || ((finished - begin) | 0) < 0) return false;
    if (Atomics.compareExchange(words, NEXT, ticket, (ticket + 1) | 0) !== ticket) return true;
    current.compute(offset);
    const done = (Atomics.add(words, DONE, 1) + 1) | 0;
    // A run may end before its program does.
    if (done === end) endRun(end);
    // Whichever kernel's, this is the last chunk of those that are side by side.
    else if (((done - base) | 0) === current.together) {
      wake(words, (kernelOf(current, current.together)?.chunks ?? 1) - 1);
    }
    return true;
  };

  /** Wakes others for the next run where it is offered, and then tells of the end of this one, which takes longer. */
  const endRun = (/** @type {number} */ end) => {
    if (Atomics.load(words, LIMIT) !== end && findRun(end)) {
      const first = (end - read(BASE)) | 0;
      wake(words, kernelOf(programs.get(read(PROGRAM)), first)?.chunks ?? 1);
    }
    reply({ type: 'done' });
  };

  const walk = () => {
    for (;;) {
      const signal = Atomics.load(words, SIGNAL);
      if (Atomics.load(words, MAIL) !== received) return;
      if (step()) continue;
      let looks = 0;
      while (looks < LOOKS && Atomics.load(words, SIGNAL) === signal) looks += 1;
      if (looks === LOOKS) Atomics.wait(words, SIGNAL, signal);
    }
  };

  return (order) => {
    try {
      received += 1;
      if (order.type === 'start') {
        words = order.words;
        thread = order.thread;
        threads = order.threads;
      } else if (order.type === 'drop') {
        programs.delete(order.id);
        current = undefined;
      } else {
        const { exports } = new WebAssembly.Instance(order.module, { env: { memory: order.memory } });
        programs.set(order.id, makeProgram(exports, order.calls, thread, threads));
      }
      reply({ type: 'taken' });
      walk();
    } catch (error) {
      Atomics.store(words, BROKEN, 1);
      reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
}

/**
 * @param {Int32Array} words
 * @param {number} count threads that sleep
 */
export function wake(words, count) {
  Atomics.add(words, SIGNAL, 1);
  if (count > 0) Atomics.notify(words, SIGNAL, count);
}
