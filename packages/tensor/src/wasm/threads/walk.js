// What a worker does. Plain JavaScript without Node or a page in it, so that a thread can be started from the same file in
// the sources and in what is published, in Node, in a page and in a bundle.

/**
 * Words that all threads share. Chunks of all kernels of a run have tickets in a row, which go on from run to run, modulo
 * 2³²: `next` is the first that nobody took, `limit` the first that is not offered, `done` counts those that are computed;
 * a run's first is `base`. `signal` changes whenever a thread that found nothing to do should look again.
 */
export const NEXT = 0;
export const LIMIT = 1;
export const DONE = 2;
export const BASE = 3;
export const PROGRAM = 4;
const SIGNAL = 5;
/** Number of messages that were posted to each worker. */
export const MAIL = 6;
/** 1 when a kernel has failed: nothing more is taken. */
const BROKEN = 7;
export const WORDS = 8;

/** How often a thread looks for something to do before it sleeps: some microseconds. */
const LOOKS = 3000;

/**
 * @typedef {object} KernelCall One kernel of a run: an export `(from, to, ...args)` over items, a chunk of them at a time.
 * @property {string} name of the export
 * @property {number} items at least 1
 * @property {number} chunk items of a call
 * @property {readonly number[]} args addresses and what else the kernel takes
 * @property {boolean} [beside] true where it may begin as soon as the kernel before it may
 */

/**
 * @typedef {object} Kernel One kernel of a program and those behind it.
 * @property {number} first the first of its tickets, counted from the run's
 * @property {number} end the first of the next kernel's
 * @property {number} ready tickets that have to be done before it may begin
 * @property {number} together the first ticket that waits for this kernel, and for those beside it
 * @property {number} chunks those of this kernel and of the ones beside it that follow
 * @property {(ticket: number) => void} compute computes the chunk of a ticket
 * @property {Kernel | undefined} next
 */

/** @param {KernelCall} call */
export const chunksOf = ({ items, chunk }) => Math.ceil(items / chunk);

/**
 * The first kernel of a program.
 * @param {WebAssembly.Exports} exports
 * @param {readonly KernelCall[]} calls
 * @returns {Kernel | undefined}
 */
export function makeProgram(exports, calls) {
  let end = calls.reduce((n, call) => n + chunksOf(call), 0);
  /** @type {Kernel | undefined} */
  let next;
  let together = end;
  for (const [i, call] of [...calls.entries()].reverse()) {
    const { name, items, chunk, args } = call;
    const kernel = exports[name];
    if (typeof kernel !== 'function') throw new Error(`the module exports no function '${name}'`);
    const first = end - chunksOf(call);
    const compute = (/** @type {number} */ ticket) => {
      const from = (ticket - first) * chunk;
      kernel(from, Math.min(items, from + chunk), ...args);
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
 * What goes to a worker: first the words, then programs.
 * @typedef {{ type: 'start', words: Int32Array }
 *   | { type: 'add', id: number, module: WebAssembly.Module, memory: WebAssembly.Memory, calls: readonly KernelCall[] }
 *   | { type: 'drop', id: number }} Order
 */

/**
 * What comes back: an order is done, a run is, or one of them failed.
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
  let received = 0;
  /** @type {Map<number, Kernel | undefined>} */
  const programs = new Map();
  /** Where this thread is: tickets only go up. */
  let currentProgram = -1;
  /** @type {Kernel | undefined} */
  let current;

  /** Computes one chunk, if one may be. A kernel's may when all of the kernel before it are done. */
  const step = () => {
    const ticket = Atomics.load(words, NEXT);
    if (ticket === Atomics.load(words, LIMIT) || Atomics.load(words, BROKEN) !== 0) return false;
    // If the run ends meanwhile and another begins, what is read here is of neither, but then the ticket is gone.
    const program = Atomics.load(words, PROGRAM);
    const base = Atomics.load(words, BASE);
    const offset = (ticket - base) | 0;
    if (program !== currentProgram || !current || offset < current.first) current = programs.get(program);
    currentProgram = program;
    current = kernelOf(current, offset);
    if (!current || offset < 0 || ((Atomics.load(words, DONE) - base) | 0) < current.ready) return false;
    if (Atomics.compareExchange(words, NEXT, ticket, (ticket + 1) | 0) !== ticket) return true;
    current.compute(offset);
    const done = (Atomics.add(words, DONE, 1) + 1 - base) | 0;
    // A run may end before its program does.
    if (((base + done) | 0) === Atomics.load(words, LIMIT)) reply({ type: 'done' });
    // Whichever kernel's, this is the last chunk of those that are side by side.
    else if (done === current.together) wake(words, (kernelOf(current, done)?.chunks ?? 1) - 1);
    return true;
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
      if (order.type === 'start') words = order.words;
      else if (order.type === 'drop') {
        programs.delete(order.id);
        current = undefined;
      } else {
        const { exports } = new WebAssembly.Instance(order.module, { env: { memory: order.memory } });
        programs.set(order.id, makeProgram(exports, order.calls));
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
