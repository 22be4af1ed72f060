import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './child.mjs';
import { pinnedPnpm, pnpmByHand, pnpmCommand } from './pnpm.mjs';
import { progress } from './report.mjs';
import { digest, stampMatches, writeStamp } from './stamp.mjs';
import { readJson, root, workspaceFolders } from './workspace.mjs';

/**
 * What an installation depends on.
 * @param {string} lockText
 * @param {{ pnpm: string, node: string, platform: string, arch: string }} machine
 */
export function installDigest(lockText, { pnpm, node, platform, arch }) {
  return digest([lockText, pnpm, node, platform, arch]);
}

/**
 * Workspace folders whose dependencies are not linked.
 * @param {string} base repository root
 */
export function unlinkedFolders(base) {
  return workspaceFolders(base).filter((folder) => {
    const { dependencies, devDependencies } = readJson(join(base, folder, 'package.json'));
    const wanted = Object.keys({ ...dependencies, ...devDependencies });
    return wanted.some((name) => !existsSync(join(base, folder, 'node_modules', name, 'package.json')));
  });
}

const stampPath = join(root, 'node_modules', '.noisesmith-setup');

const wantedInstallation = () =>
  installDigest(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'), {
    pnpm: pinnedPnpm(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
  });

/** Whether the last installation still fits. */
export const areInstalled = () => stampMatches(stampPath, wantedInstallation()) && unlinkedFolders(root).length === 0;

/** Installs the dependencies from the frozen lock file, unless the last installation still fits. */
export async function ensureDependencies() {
  if (areInstalled()) return;
  progress('installing dependencies');
  await runStep({
    name: 'installing dependencies (npm registry)',
    command: pnpmCommand(['install', '--frozen-lockfile', '--prod=false']),
    log: 'install.log',
    byHand: pnpmByHand('install --frozen-lockfile'),
    // CI: never ask a question that nobody sees.
    env: { CI: 'true' },
  });
  writeStamp(stampPath, wantedInstallation());
}
