import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readJson } from '../setup/workspace.mjs';

/**
 * The commit whose changes since then need a changeset: where this work left the branch that releases are made from, as
 * the remote has it where there is one.
 * @param {string} base repository root
 * @returns {string} a name that git knows
 * @throws {Error} when git knows neither
 */
export function changesetBase(base) {
  const { baseBranch } = readJson(join(base, '.changeset', 'config.json'));
  const names = [`origin/${baseBranch}`, baseBranch];
  const found = names.find(
    (name) => spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: base }).status === 0,
  );
  if (found === undefined) {
    throw new Error(
      `changesets: git knows neither ${names.join(' nor ')}, expected the branch that releases are made from`,
    );
  }
  return found;
}
