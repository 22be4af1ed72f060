import { printable } from '@noisesmith/formats';

/** Features or statistics of which a number cannot be told. One line: what, where, what was expected. */
export class MetricError extends Error {
  override readonly name = 'MetricError';

  constructor(message: string) {
    super(printable(message));
  }
}
