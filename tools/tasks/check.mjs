import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { changesetBase } from '../check/changeset-base.mjs';
import { importProblems } from '../check/imports.mjs';
import { licenceProblems } from '../check/licences.mjs';
import { surfaceProblems } from '../check/surface.mjs';
import { tarballProblems, unpacked } from '../check/tarball.mjs';
import { runStep } from '../setup/child.mjs';
import { runForeground } from '../setup/foreground.mjs';
import { pnpmByHand, pnpmCommand } from '../setup/pnpm.mjs';
import { progress, SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { binOf, readJson, root, workspaceFolders } from '../setup/workspace.mjs';

/** Packages that can be published, with where they stand and what their tarball is called. */
function publicPackages() {
  return workspaceFolders()
    .map((folder) => ({ folder, manifest: readJson(join(root, folder, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest: { name, version, exports } }) => ({
      folder,
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
 * Licences of what is installed, by pnpm.
 * @param {string[]} args which dependencies
 */
function licences(args) {
  const [program = '', ...rest] = pnpmCommand(['licenses', 'list', '--json', ...args]);
  return JSON.parse(execFileSync(program, rest, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

/** @typedef {{ name: string, run: () => Promise<number> }} Check gives an exit code */

/**
 * A check by a tool.
 * @param {string} name
 * @param {string[]} args of Node
 * @returns {Check}
 */
const byTool = (name, args) => ({ name, run: () => runForeground(args) });

/**
 * A check that says what is wrong, a line each.
 * @param {string} name
 * @param {() => string[] | Promise<string[]>} problems
 * @returns {Check}
 */
const ours = (name, problems) => ({
  name,
  async run() {
    const found = await problems();
    for (const line of found) progress(`${name}: ${line}`);
    return found.length === 0 ? 0 : 1;
  },
});

/** What is looked at in the sources. */
function sourceChecks() {
  const changesets = binOf('@changesets/cli', 'changeset');
  return [
    byTool('biome', [binOf('@biomejs/biome', 'biome'), 'check', '.']),
    byTool('tsc', [binOf('typescript', 'tsc'), '-p', 'tsconfig.json']),
    byTool('svelte-check', [
      binOf('svelte-check', 'svelte-check', 'apps/viewer'),
      '--workspace',
      'apps/viewer',
      '--threshold',
      'warning',
    ]),
    byTool('tsc of the libraries, without Node', [binOf('typescript', 'tsc'), '-p', 'tsconfig.libraries.json']),
    ours('imports', () => importProblems(root)),
    byTool('knip', [binOf('knip'), '--no-progress', '--no-config-hints']),
    byTool('changesets', [changesets, 'status', `--since=${changesetBase(root)}`]),
    ours('licences of what is published', () =>
      licenceProblems(licences(['--prod', '--filter=./packages/*', '--filter=./apps/*']), 'published'),
    ),
    ours('licences', () => licenceProblems(licences([]), 'repository')),
    byTool('sizes', [binOf('size-limit')]),
  ];
}

/**
 * What a user of the packed packages would get.
 * @param {string} folder of the tarballs
 * @param {boolean} writeApi true: the reports of what libraries offer are written anew
 */
function packageChecks(folder, writeApi) {
  const attw = binOf('@arethetypeswrong/cli', 'attw');
  return publicPackages().flatMap(({ folder: room, name, tarball, isLibrary }) => {
    const path = join(folder, tarball);
    return [
      ours(`tarball ${name}`, async () => tarballProblems(await unpacked(path), { folder: root })),
      byTool(`publint ${name}`, [binOf('publint'), '--strict', path]),
      ...(isLibrary
        ? [
            byTool(`attw ${name}`, [attw, path, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']),
            ours(`surface ${name}`, () => surfaceProblems(root, room, writeApi)),
          ]
        : []),
    ];
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
