/**
 * Promises that end when the device does. A race against one long-lived promise would leave a reaction on it for every
 * call; this set forgets a promise as soon as it settles.
 */
export class Pending {
  readonly #rejects = new Set<(reason: Error) => void>();

  /** Settles as `work` does, or rejects when `rejectAll` is called first. */
  guard<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#rejects.add(reject);
      const forget = () => this.#rejects.delete(reject);
      work.then(
        (value) => {
          forget();
          resolve(value);
        },
        (error) => {
          forget();
          reject(error);
        },
      );
    });
  }

  rejectAll(reason: Error): void {
    for (const reject of this.#rejects) reject(reason);
    this.#rejects.clear();
  }
}
