import { join } from 'node:path';
import { runForeground } from '../setup/foreground.mjs';
import { progress, SetupError } from '../setup/report.mjs';
import { binOf, readJson, root, workspaceFolders } from '../setup/workspace.mjs';
import { changesetBase } from './changeset-base.mjs';
import { importProblems } from './imports.mjs';
import { licenceProblems, listLicences } from './licences.mjs';
import { surfaceProblems } from './surface.mjs';
import { tarballProblems, unpacked } from './tarball.mjs';

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

/**
 * Whether what has changed has changesets. A copy without git, or without the commits, is told so and fails this alone.
 * @param {string} base repository root
 * @returns {Promise<number>} exit code
 */
export async function checkChangesets(base) {
  try {
    const since = changesetBase(base);
    return await runForeground([binOf('@changesets/cli', 'changeset'), 'status', `--since=${since}`], {}, base);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress(error.message);
    return 1;
  }
}

/** What is looked at in the sources. */
export function sourceChecks() {
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
    { name: 'changesets', run: () => checkChangesets(root) },
    ours('licences of what is published', () =>
      licenceProblems(listLicences(['--prod', '--filter=./packages/*', '--filter=./apps/*']), 'published'),
    ),
    ours('licences', () => licenceProblems(listLicences([]), 'repository')),
    byTool('sizes', [binOf('size-limit')]),
  ];
}

/**
 * What a user of the packed packages would get.
 * @param {string} folder of the tarballs
 * @param {boolean} writeApi true: the reports of what libraries offer are written anew
 */
export function packageChecks(folder, writeApi) {
  const attw = binOf('@arethetypeswrong/cli', 'attw');
  return publicPackages().flatMap(({ folder: room, name, tarball, isLibrary }) => {
    const path = join(folder, tarball);
    return [
      ours(`tarball ${name}`, async () => tarballProblems(await unpacked(path), { folder: root })),
      // The page is no module: publint takes the scripts of its workers, which import nothing, for CommonJS.
      ...(room === 'apps/viewer' ? [] : [byTool(`publint ${name}`, [binOf('publint'), '--strict', path])]),
      ...(isLibrary
        ? [
            byTool(`attw ${name}`, [attw, path, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']),
            ours(`surface ${name}`, () => surfaceProblems(root, room, writeApi)),
          ]
        : []),
    ];
  });
}
