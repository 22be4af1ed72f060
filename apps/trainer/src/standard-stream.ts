/** What is needed of `process.stdout` and `process.stderr`. */
export interface TextStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** A pipe without a reader, such as one to `head`, and a terminal that was closed. */
const goneCodes: readonly string[] = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/**
 * Standard output or standard error, whose failures are no failures of the work. A reader that went away is told to
 * `onGone`; text that a full disk did not take is lost, and `problem` says so.
 */
export class StandardStream {
  private gone = false;
  private lost: NodeJS.ErrnoException | undefined;

  constructor(
    private readonly stream: TextStream,
    private readonly onGone: () => void,
  ) {
    stream.on('error', (error) => {
      if (this.lost || this.gone) return;
      if (!goneCodes.includes(error.code ?? '')) {
        this.lost = error;
        return;
      }
      this.gone = true;
      this.onGone();
    });
  }

  readonly write = (text: string): void => {
    if (!this.gone) this.stream.write(text);
  };

  /** Why some of the text is lost, in words of the system; undefined when nothing is. */
  get problem(): string | undefined {
    return this.lost?.message.split('\n', 1)[0];
  }
}
