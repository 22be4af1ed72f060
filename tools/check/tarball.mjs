import { createReadStream } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Parser } from 'tar';

/**
 * Files of a packed package, by their paths in it.
 * @param {string} path a .tgz
 * @returns {Promise<Map<string, Buffer>>}
 */
export async function unpacked(path) {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  const parser = new Parser({
    onReadEntry(entry) {
      /** @type {Buffer[]} */
      const pieces = [];
      entry.on('data', (piece) => pieces.push(piece));
      entry.on(
        'end',
        () => entry.type === 'File' && files.set(entry.path.replace(/^package\//, ''), Buffer.concat(pieces)),
      );
    },
  });
  await pipeline(createReadStream(path), parser);
  return files;
}

const isText = (/** @type {string} */ path) => /\.(js|mjs|ts|map|json|md|html|css|svelte)$/.test(path);

/** Sources of a map that are neither in it nor beside it. */
function lostSources(/** @type {string} */ path, /** @type {Map<string, Buffer>} */ files) {
  /** @type {{ sources: string[], sourcesContent?: (string | null)[] }} */
  const map = JSON.parse(String(files.get(path)));
  return map.sources.filter(
    (source, i) => map.sourcesContent?.[i] == null && !files.has(posix.join(posix.dirname(path), source)),
  );
}

/** Map that a script names, where it names one. */
const mapOf = (/** @type {string} */ text) => /\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/.exec(text)?.[1];

/**
 * What a published package may not hold, or lacks.
 * @param {Map<string, Buffer>} files of the package
 * @param {{ folder: string, home?: string, host?: string }} machine that packed it: names that nothing of it may tell
 * @returns {string[]} a line each
 */
export function tarballProblems(files, { folder, home = homedir(), host = hostname() }) {
  const problems = ['package.json', 'README.md', 'LICENSE']
    .filter((name) => !files.has(name))
    .map((name) => `${name}: not there, expected in every package`);
  // Names that are words of any text, such as `/root` in a Dockerfile's line, say nothing of a machine.
  const names = [folder, ...(home.length > 5 ? [home] : []), ...(host.length > 5 ? [host] : [])];
  for (const [path, bytes] of files) {
    if (/\.test\.[cm]?[jt]s$|(^|\/)(testing|test|fixtures)\//.test(path)) {
      problems.push(`${path}: a test's, expected no file of tests`);
    }
    if (!isText(path)) continue;
    const text = String(bytes);
    for (const name of names) {
      if (text.includes(name))
        problems.push(`${path}: holds ${JSON.stringify(name)}, a name of the machine that packed it`);
    }
    if (path.endsWith('.map')) {
      for (const source of lostSources(path, files))
        problems.push(`${path}: its source ${source} is not in the package`);
    } else if (/\.[cm]?js$/.test(path)) {
      const map = mapOf(text);
      if (map !== undefined && !files.has(posix.join(posix.dirname(path), map))) {
        problems.push(`${path}: its source map ${map} is not in the package`);
      }
    }
  }
  const manifest = files.get('package.json');
  if (manifest !== undefined && /"workspace:/.test(String(manifest))) {
    problems.push('package.json: names a version as workspace:, expected a range that a registry knows');
  }
  return problems;
}
