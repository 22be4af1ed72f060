import { spawn } from 'node:child_process';
import { licenceProblems, listLicences } from '../check/licences.mjs';
import { runStep } from '../setup/child.mjs';
import { ensureChromium } from '../setup/chromium.mjs';
import { runForeground } from '../setup/foreground.mjs';
import { pnpmByHand, pnpmCommand } from '../setup/pnpm.mjs';
import { progress, SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { binOf, root } from '../setup/workspace.mjs';

/** What a release consists of: a trial of it, and two commands of changesets. */
export const releaseSteps = ['try', 'version', 'publish'];

/** Where the registry of a trial is installed, apart from what everything else needs. */
const registryFolder = 'tools/release/verdaccio';

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
 * Publishes to a registry on loopback, and installs from it as a stranger would.
 * @returns {Promise<number>} exit code
 */
async function tryRelease() {
  const { missingAdapter, more: chromium } = await setUp({ adapter: true, more: ensureChromium });
  if (missingAdapter) throw new SetupError(missingAdapter);
  if (!chromium || !('path' in chromium)) throw new SetupError(chromium?.message ?? 'no Chromium');
  const install = [`--dir=${registryFolder}`, 'install', '--frozen-lockfile', '--prefer-offline'];
  await runStep({
    name: 'installing a registry',
    command: pnpmCommand(install),
    log: 'registry.log',
    byHand: pnpmByHand(install.join(' ')),
    env: { CI: 'true' },
  });
  const problems = licenceProblems(listLicences([`--dir=${registryFolder}`]), 'repository');
  for (const problem of problems) progress(`licences of the registry: ${problem}`);
  const tested = await runForeground([binOf('vitest'), 'run', '--config=vitest.release.config.ts'], {
    NOISESMITH_CHROMIUM: chromium.path,
  });
  return problems.length > 0 ? 1 : tested;
}

/**
 * `npm run release -- try`: a release on this machine alone. `npm run release -- version`: the changesets become versions
 * and changelogs. `npm run release -- publish`: the packages whose versions the registry does not have are built and
 * published.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function release(args) {
  const what = args.join(' ');
  if (!releaseSteps.includes(what)) {
    throw new SetupError(`npm run release: ${JSON.stringify(what)}, expected one of ${releaseSteps.join(', ')}`);
  }
  if (what === 'try') return tryRelease();
  await setUp({ adapter: false });
  return changeset([what]);
}
