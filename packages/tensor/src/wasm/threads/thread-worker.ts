/** A worker, of Node or of a page, as far as it is used. */
export interface ThreadWorker {
  post(message: unknown): void;
  /**
   * @param onMessage takes what the worker posts
   * @param onEnd called when the script fails or the thread ends, with what is wrong
   */
  listen(onMessage: (message: unknown) => void, onEnd: (reason: string) => void): void;
  /** Whether the program should go on as long as the worker does. */
  hold(awaited: boolean): void;
  terminate(): void;
}
