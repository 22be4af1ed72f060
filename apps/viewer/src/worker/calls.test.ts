// The definition itself: a call's result, events, error and end, over a channel in place of a worker.
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectWorker, serveCalls, transferring, WorkerCallError } from './calls';

const handlers = {
  double: (n: number) => 2 * n,
  count(to: number, { emit }: { emit(event: unknown): void }) {
    for (let i = 1; i <= to; i++) emit({ at: i });
    return 'done';
  },
  wait: (_: undefined, { signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  fail(): never {
    throw new RangeError('size is 3, expected a power of two');
  },
  buffer(size: number) {
    const bytes = new Uint8Array(size).fill(7);
    return transferring({ bytes }, [bytes.buffer]);
  },
};

/** A worker's two ends in this thread. */
function open() {
  const { port1, port2 } = new MessageChannel();
  vi.stubGlobal('addEventListener', port2.addEventListener.bind(port2));
  vi.stubGlobal('postMessage', port2.postMessage.bind(port2));
  serveCalls(handlers);
  port1.start();
  port2.start();
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as Worker;
  return connectWorker<typeof handlers>(worker);
}

afterEach(() => vi.unstubAllGlobals());

describe('calls of a worker', () => {
  it('gives results, several at once', async () => {
    const calls = open();
    expect(await Promise.all([calls.call('double', 2), calls.call('double', 5)])).toEqual([4, 10]);
    calls.close();
  });

  it('tells events before the result', async () => {
    const calls = open();
    const events: unknown[] = [];
    expect(await calls.call('count', 3, { onEvent: (event) => events.push(event) })).toBe('done');
    expect(events).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
    calls.close();
  });

  it('passes on name and message of an error', async () => {
    const calls = open();
    const error = await calls.call('fail', undefined as never).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkerCallError);
    expect([error.name, error.message]).toEqual(['RangeError', 'size is 3, expected a power of two']);
    calls.close();
  });

  it('can be aborted, and closed', async () => {
    const calls = open();
    const controller = new AbortController();
    const waiting = calls.call('wait', undefined, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const other = calls.call('wait', undefined);
    calls.close();
    await expect(other).rejects.toThrow('the worker was closed');
    await expect(calls.call('double', 1)).rejects.toThrow('the worker was closed');
  });

  it('hands over what is marked', async () => {
    const calls = open();
    const { bytes } = await calls.call('buffer', 5);
    expect([...bytes]).toEqual([7, 7, 7, 7, 7]);
    calls.close();
  });
});
