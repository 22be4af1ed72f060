import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from '../setup/child.mjs';
import { runForeground } from '../setup/foreground.mjs';
import { pnpmByHand, pnpmCommand } from '../setup/pnpm.mjs';
import { setUp } from '../setup/setup.mjs';
import { binOf, readJson, root, workspaceFolders } from '../setup/workspace.mjs';

/** Packages that can be published, with what their tarball is called. */
function publicPackages() {
  return workspaceFolders()
    .map((folder) => readJson(join(root, folder, 'package.json')))
    .filter((manifest) => !manifest.private)
    .map(({ name, version, exports }) => ({
      name,
      tarball: `${name.replace('@', '').replace('/', '-')}-${version}.tgz`,
      isLibrary: exports !== undefined,
    }));
}

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

/**
 * `npm run check`: style, types, and what a user of the packed tarballs would get.
 * @returns {Promise<number>} exit code
 */
export async function check() {
  await setUp({ adapter: false });
  const folder = join(root, '.cache', 'pack');
  await pack(folder);
  /** @type {[name: string, args: string[]][]} */
  const checks = [
    ['biome', [binOf('@biomejs/biome', 'biome'), 'check', '.']],
    ['tsc', [binOf('typescript', 'tsc'), '-p', 'tsconfig.json']],
    [
      'svelte-check',
      [binOf('svelte-check', 'svelte-check', 'apps/viewer'), '--workspace', 'apps/viewer', '--threshold', 'warning'],
    ],
    ['tsc of the libraries, without Node', [binOf('typescript', 'tsc'), '-p', 'tsconfig.libraries.json']],
  ];
  for (const { name, tarball, isLibrary } of publicPackages()) {
    const path = join(folder, tarball);
    checks.push([`publint ${name}`, [binOf('publint'), '--strict', path]]);
    if (isLibrary) {
      const attw = binOf('@arethetypeswrong/cli', 'attw');
      checks.push([`attw ${name}`, [attw, path, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']]);
    }
  }
  const failed = [];
  for (const [name, args] of checks) {
    const exitCode = await runForeground(args);
    if (exitCode >= 128) return exitCode;
    if (exitCode !== 0) failed.push(name);
  }
  process.stdout.write(
    failed.length === 0 ? `check: ${checks.length} passed\n` : `check failed: ${failed.join(', ')}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}
