import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from '../setup/child.mjs';
import { pnpmByHand, pnpmCommand } from '../setup/pnpm.mjs';
import { SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { root } from '../setup/workspace.mjs';

/** @param {string} folder */
async function pack(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = ['--recursive', '--filter=./packages/*', '--filter=./apps/*', 'pack', `--pack-destination=${folder}`];
  await runStep({
    name: 'packing the packages',
    command: pnpmCommand(args),
    log: 'pack.log',
    byHand: pnpmByHand(args.join(' ')),
  });
}

/** The one argument: what the libraries offer is written anew, not compared. */
export const WRITE_API = '--write-api';

/**
 * `npm run check`: style, types, imports, what nothing uses, licences, sizes, and what a user of the packed tarballs would get.
 * @param {string[]} args {@link WRITE_API} or none
 * @returns {Promise<number>} exit code
 */
export async function check(args) {
  const unknown = args.find((arg) => arg !== WRITE_API);
  if (unknown !== undefined) {
    throw new SetupError(`npm run check: argument ${JSON.stringify(unknown)}, expected ${WRITE_API} or none`);
  }
  await setUp({ adapter: false });
  const folder = join(root, '.cache', 'pack');
  await pack(folder);
  // They stand on packages that the set-up has installed.
  const { sourceChecks, packageChecks } = await import('../check/checks.mjs');
  const checks = [...sourceChecks(), ...packageChecks(folder, args.includes(WRITE_API))];
  const failed = [];
  for (const { name, run } of checks) {
    const exitCode = await run();
    if (exitCode >= 128) return exitCode;
    if (exitCode !== 0) failed.push(name);
  }
  process.stdout.write(
    failed.length === 0 ? `check: ${checks.length} passed\n` : `check failed: ${failed.join(', ')}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}
