import { spawn } from 'node:child_process';
import { pnpmCommand } from '../setup/pnpm.mjs';
import { SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { root } from '../setup/workspace.mjs';

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
  const [what, ...more] = args;
  if ((what !== 'version' && what !== 'publish') || more.length > 0) {
    throw new SetupError(`npm run release: ${JSON.stringify(args.join(' '))}, expected version or publish`);
  }
  await setUp({ adapter: false });
  return changeset([what]);
}
