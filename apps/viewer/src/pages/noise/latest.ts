/** Runs only the newest of many requests. */
export interface Latest<T> {
  /** Aborts the run under way; this request begins once that has ended, unless a newer one comes. */
  request(value: T): void;
  /** Aborts, and drops what waits. */
  stop(): void;
}

/**
 * Requests come faster than they are worked off while a slider moves: of those that wait, the last one counts.
 * @param run works a request off; how it ends does not matter here
 */
export function createLatest<T>(run: (value: T, signal: AbortSignal) => Promise<void>): Latest<T> {
  let next: { readonly value: T } | undefined;
  let current: AbortController | undefined;

  async function work(): Promise<void> {
    while (next) {
      const { value } = next;
      next = undefined;
      current = new AbortController();
      await run(value, current.signal).catch(() => {});
    }
    current = undefined;
  }

  return {
    request(value) {
      next = { value };
      if (current) current.abort();
      else void work();
    },
    stop() {
      next = undefined;
      current?.abort();
    },
  };
}
