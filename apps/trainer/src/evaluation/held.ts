/** What is open until the work ends: closed in reverse order. */
export class Held implements AsyncDisposable {
  private readonly all: (Disposable | AsyncDisposable)[] = [];

  /** Keeps something open until then. */
  add<T extends Disposable | AsyncDisposable>(one: T): T {
    this.all.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.all.splice(0).reverse()) {
      if (Symbol.asyncDispose in one) await one[Symbol.asyncDispose]();
      else one[Symbol.dispose]();
    }
  }
}
