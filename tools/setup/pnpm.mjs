import { basename, join } from 'node:path';
import { SetupError } from './report.mjs';
import { readJson, root } from './workspace.mjs';

/**
 * pnpm's exact version from a `packageManager` field, without the hash that may follow it.
 * @param {unknown} field
 */
export function pnpmVersion(field) {
  const version = /^pnpm@(\d+\.\d+\.\d+[^+\s]*)/.exec(String(field))?.[1];
  if (!version) throw new SetupError(`package.json: packageManager is ${JSON.stringify(field)}, expected pnpm@X.Y.Z`);
  return version;
}

/** The version of pnpm that package.json names. */
export function pinnedPnpm() {
  return pnpmVersion(readJson(join(root, 'package.json')).packageManager);
}

/**
 * The command that runs pnpm where only npm is installed.
 * @param {string[]} args
 * @returns {string[]} program and arguments
 */
export function pnpmCommand(args) {
  const npm = process.env.npm_execpath;
  // Under `npm run` the running npm is known; calling it through Node needs neither a PATH entry nor a shell.
  const npx = npm && basename(npm) === 'npm-cli.js' ? [process.execPath, npm, 'exec'] : ['npx'];
  return [...npx, '--yes', `--package=pnpm@${pinnedPnpm()}`, '--', 'pnpm', ...args];
}

/**
 * The same, as a line to type.
 * @param {string} args
 */
export function pnpmByHand(args) {
  return `npx --yes pnpm@${pinnedPnpm()} ${args}`;
}
