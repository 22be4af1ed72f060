/** What is done one after the other: runs, and what the host reads and writes between them. */
export class Order {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Does `work` when all that came before it is done. */
  add<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** As `add`, at once where nothing is waited for. @throws what `work` throws then; later it is the caller's affair no more */
  soon(work: () => void): void {
    if (this.#waiting === 0) work();
    else this.add(work).catch(() => undefined);
  }

  /** True where `soon` does it at once. */
  get idle(): boolean {
    return this.#waiting === 0;
  }
}
