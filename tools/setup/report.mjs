/** A failure of the set-up whose message is all that a reader needs: which step, where its log is, what to run by hand. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Prints one line of progress. It goes to standard error: standard output belongs to the work (`doctor --json`).
 * @param {string} line
 */
export function progress(line) {
  process.stderr.write(`noisesmith: ${line}\n`);
}
