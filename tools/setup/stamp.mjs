import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * One digest of several texts; the length goes in, so that moving a character from one to the next changes it.
 * @param {string[]} parts
 */
export function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @param {string} value
 */
export function stampMatches(path, value) {
  try {
    return readFileSync(path, 'utf8') === value;
  } catch {
    return false;
  }
}

/**
 * @param {string} path
 * @param {string} value
 */
export function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value);
}

/**
 * Lines `path size mtime` of a file, or of every file below a folder, sorted; a missing path gives the line `path missing`.
 * @param {string} base
 * @param {string} path relative to base, with '/'
 * @param {(path: string) => boolean} [include] which files count
 * @returns {string[]}
 */
export function fileStates(base, path, include = () => true) {
  const stats = statSync(join(base, path), { throwIfNoEntry: false });
  if (!stats) return [`${path} missing`];
  if (!stats.isDirectory()) return include(path) ? [`${path} ${stats.size} ${stats.mtimeMs}`] : [];
  return readdirSync(join(base, path))
    .sort()
    .flatMap((name) => fileStates(base, `${path}/${name}`, include));
}
