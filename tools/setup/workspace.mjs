import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What the set-up keeps between runs: logs, stamps, the lock. */
export const cacheFolder = join(root, '.cache', 'setup');

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/**
 * Workspace folders that hold a package, relative to the root.
 * @param {string} [base] repository root
 */
export function workspaceFolders(base = root) {
  const nested = ['packages', 'apps'].flatMap((group) =>
    existsSync(join(base, group)) ? readdirSync(join(base, group)).map((name) => `${group}/${name}`) : [],
  );
  return [...nested, 'bench', 'examples', 'tools/testing']
    .filter((folder) => existsSync(join(base, folder, 'package.json')))
    .sort();
}

/**
 * Path of an installed package's executable script, to be run by Node without a shell.
 * @param {string} packageName a dependency
 * @param {string} [binName] name in its `bin` field; the package's own name by default
 * @param {string} [workspaceFolder] whose dependency it is; the root's by default
 */
export function binOf(packageName, binName = packageName, workspaceFolder = '.') {
  const folder = join(root, workspaceFolder, 'node_modules', packageName);
  const { bin } = readJson(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[binName]);
}

/**
 * Resolves a module as a workspace package sees it.
 * @param {string} folder workspace folder, relative to the root
 * @param {string} specifier
 */
export function resolveFrom(folder, specifier) {
  return createRequire(join(root, folder, 'package.json')).resolve(specifier);
}
