/** What is done one after the other: runs, and what the host reads and writes between them. */
export class Order {
  /** When all is done. */
  #last: Promise<unknown> = Promise.resolve();
  /** When what the host does is done. */
  #lastOfHost: Promise<unknown> = this.#last;
  #waiting = 0;

  /** Does `work` when all that came before it is done. */
  add<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#counted(this.#last.then(work));
    this.#last = done.catch(() => undefined);
    this.#lastOfHost = this.#last;
    return done;
  }

  /** As `add`, but begins while runs before it are under way: whoever takes them keeps them in order. */
  addRun(work: () => Promise<void>): Promise<void> {
    const done = this.#counted(this.#lastOfHost.then(work));
    this.#last = Promise.allSettled([this.#last, done]);
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

  #counted<T>(done: Promise<T>): Promise<T> {
    this.#waiting += 1;
    return done.finally(() => {
      this.#waiting -= 1;
    });
  }
}
