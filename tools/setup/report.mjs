/** A failure of the set-up whose message is all that a reader needs: which step, where its log is, what to run by hand. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** What the system says where a process may not write: not allowed, a file system that is read only, or one that is full. */
const unwritable = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'];

/**
 * The one line for a file that cannot be written.
 * @param {unknown} error
 * @returns {string | undefined} undefined for any other error
 */
export function unwritableMessage(error) {
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error instanceof Error ? error : {});
  if (code === undefined || path === undefined || !unwritable.includes(code)) return undefined;
  return `${path} cannot be written (${code}), and npm run keeps what it installs and builds in the repository's folder: copy that to where you may write`;
}

/**
 * Prints one line of progress. It goes to standard error: standard output belongs to the work (`doctor --json`).
 * @param {string} line
 */
export function progress(line) {
  process.stderr.write(`noisesmith: ${line}\n`);
}
