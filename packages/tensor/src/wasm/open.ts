import { availableThreads } from '#wasm-platform';
import { DeviceError } from '../errors';
import { Wasm } from './backend';
import { wasmFeatures, whyNoWasm } from './features';
import { Heap } from './heap';
import { wasmTarget } from './target';
import { openOneThread, openThreads, type Threads } from './threads/threads';

export interface WasmOptions {
  /**
   * Threads that compute; as many as the machine runs at once unless given. Results do not depend on it. Where threads
   * cannot share memory there is one, the caller's own: in pages that are not cross-origin isolated.
   */
  readonly threads?: number;
  /** Names it in errors; `wasm` unless given. */
  readonly label?: string;
}

/** More find too little to do in a kernel of common sizes, and each takes some megabytes. */
const MOST_THREADS = 64;

/**
 * Opens the CPU. Needs no driver: WebAssembly with vectors, which Node 20, Chrome 91, Firefox 89, Safari 16.4 and later have.
 * Threads sleep while nothing runs, and do not keep a program of Node's from ending.
 *
 * @throws DeviceError where the runtime cannot; RangeError for a number of threads that it cannot have
 */
export async function openWasm(options: WasmOptions = {}): Promise<Wasm> {
  const { label = 'wasm' } = options;
  const features = wasmFeatures();
  const why = whyNoWasm(features);
  if (why) throw new DeviceError(`${label}: ${why}`);
  const count = threadCount(options.threads, features.threads);
  const heap = openHeap(label, features.threads);
  const threads = await openGroup(label, heap, features.threads, count);
  return new Wasm(label, wasmTarget({ relaxed: features.relaxedSimd, threads: threads.count }), heap, threads);
}

function threadCount(asked: number | undefined, shared: boolean): number {
  const most = shared ? MOST_THREADS : 1;
  if (asked === undefined) return Math.min(most, availableThreads());
  if (Number.isInteger(asked) && asked >= 1 && asked <= most) return asked;
  const expected = shared ? `1 to ${MOST_THREADS}` : '1, since threads share no memory here';
  throw new RangeError(`${asked} threads, expected ${expected}`);
}

function openHeap(label: string, shared: boolean): Heap {
  try {
    return new Heap(shared);
  } catch {
    throw new DeviceError(`${label}: the runtime gives no memory of 256 MiB of addresses, expected one`);
  }
}

async function openGroup(label: string, { memory }: Heap, shared: boolean, count: number): Promise<Threads> {
  if (!shared) return openOneThread(memory);
  try {
    return await openThreads(memory, count);
  } catch (error) {
    throw new DeviceError(`${label}: ${(error as Error).message}`);
  }
}
