import { spawn } from 'node:child_process';
import { pnpmCommand } from '../setup/pnpm.mjs';
import { SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { root } from '../setup/workspace.mjs';

/** What a release consists of, each a command of changesets. */
export const releaseSteps = ['version', 'publish'];

/**
 * changesets from inside pnpm, which it calls by name to publish.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function changeset(args) {
  const [program = '', ...rest] = pnpmCommand(['exec', 'changeset', ...args]);
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * `npm run release -- version`: the changesets become versions and changelogs. `npm run release -- publish`: the packages
 * whose versions the registry does not have are built and published.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function release(args) {
  const what = args.join(' ');
  if (!releaseSteps.includes(what)) {
    throw new SetupError(`npm run release: ${JSON.stringify(what)}, expected ${releaseSteps.join(' or ')}`);
  }
  await setUp({ adapter: false });
  return changeset([what]);
}
