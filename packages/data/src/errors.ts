import { printable } from '@noisesmith/formats';

/** Images or labels that cannot be used, or a data set that cannot be found. One clear line. */
export class DataError extends Error {
  override readonly name: string = 'DataError';

  /** Names of files may hold what would move a cursor: it is made visible. */
  constructor(message: string) {
    super(printable(message));
  }
}

/** One file, or one image, that cannot be used. */
export class DataFileError extends DataError {
  /** @param place what the message calls it; `reason` says why, without naming it again */
  constructor(
    readonly place: string,
    readonly reason: string,
  ) {
    super(`${place}: ${reason}`);
  }
}

/** There is no such file. */
export class MissingFileError extends DataFileError {}

/**
 * Something that says nothing about the image that was asked for: no decoder, no network, no more file handles. An image
 * is never taken for broken because of it.
 */
export class UnavailableError extends DataError {}

/**
 * Why something was thrown, cut to one line without a full stop, since more may follow; the place that a
 * {@link DataFileError} names is left out.
 */
export function reasonOf(error: unknown): string {
  const text = error instanceof DataFileError ? error.reason : error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.trim().replace(/\.$/, '');
}
