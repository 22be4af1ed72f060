/** Images or labels that cannot be used, or a data set that cannot be found. One clear line. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** The message of anything thrown, cut to one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.trim();
}
