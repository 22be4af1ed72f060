export interface TaskOptions {
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal;
  /** Called with the share that is done, from 0 to 1, every few milliseconds. */
  readonly onProgress?: (done: number) => void;
}

/** A computation in pieces: each yield tells the multiply-adds done since the last, a few milliseconds' worth. */
export type Pieces<T> = Generator<number, T, undefined>;

/** A computation that may take long, not yet begun. {@link compute} and {@link computeAsync} do it. */
export interface Task<T> {
  /** Multiply-adds of the whole, about. */
  readonly work: number;
  pieces(): Pieces<T>;
}

/** What has been yielded so far as a share of the whole, below 1 until the end. */
const shareOf = (done: number, work: number): number => (work > 0 ? Math.min(done / work, 0.999) : 0);

/** Does a task in one go; the thread does nothing else meanwhile. */
export function compute<T>(task: Task<T>, { signal, onProgress }: TaskOptions = {}): T {
  const pieces = task.pieces();
  let done = 0;
  for (;;) {
    signal?.throwIfAborted();
    const step = pieces.next();
    if (step.done) {
      onProgress?.(1);
      return step.value;
    }
    done += step.value;
    onProgress?.(shareOf(done, task.work));
  }
}

/** How long the event loop waits at most, in ms: a frame. */
const SLICE = 16;

/** Does a task on this thread, which is let go every 16 ms: events come in, a signal is heard. */
export async function computeAsync<T>(task: Task<T>, { signal, onProgress }: TaskOptions = {}): Promise<T> {
  const pieces = task.pieces();
  let done = 0;
  for (;;) {
    signal?.throwIfAborted();
    const end = performance.now() + SLICE;
    do {
      const step = pieces.next();
      if (step.done) {
        onProgress?.(1);
        return step.value;
      }
      done += step.value;
    } while (performance.now() < end);
    onProgress?.(shareOf(done, task.work));
    await new Promise((resolve) => setTimeout(resolve));
  }
}
