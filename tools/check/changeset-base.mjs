import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SetupError } from '../setup/report.mjs';
import { readJson } from '../setup/workspace.mjs';

/**
 * The commit whose changes since then need a changeset: where this work left the branch that releases are made from, as
 * the remote has it where there is one.
 * @param {string} base repository root
 * @returns {string} a name that git knows
 * @throws {SetupError} when git knows neither, or is not there
 */
export function changesetBase(base) {
  const { baseBranch } = readJson(join(base, '.changeset', 'config.json'));
  const names = [`origin/${baseBranch}`, baseBranch];
  const found = names.find((name) => {
    const { error, status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: base });
    if (error) throw new SetupError(`changesets: git does not start (${error.message}), expected it to be in PATH`);
    return status === 0;
  });
  if (found === undefined) {
    throw new SetupError(
      `changesets: git knows neither ${names.join(' nor ')}, expected the branch that releases are made from`,
    );
  }
  return found;
}
