import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runStep } from './child.mjs';
import { pnpmByHand, pnpmCommand } from './pnpm.mjs';
import { progress } from './report.mjs';
import { digest, fileStates, stampMatches, writeStamp } from './stamp.mjs';
import { cacheFolder, readJson, root, workspaceFolders } from './workspace.mjs';

/**
 * Digest of every input and output of the build. Equal digests mean that there is nothing to build, which saves
 * starting turbo; when they differ, turbo decides by content what to build.
 * @param {string} base repository root
 */
export function buildDigest(base) {
  const folders = workspaceFolders(base).filter(
    (folder) => readJson(join(base, folder, 'package.json')).scripts?.build,
  );
  const shared = readdirSync(base).filter((name) =>
    /^(tsup\.base\.ts|tsconfig.*\.json|turbo\.json|pnpm-lock\.yaml)$/.test(name),
  );
  return digest([
    process.version,
    ...shared.flatMap((name) => fileStates(base, name)),
    ...folders.flatMap((folder) => [
      ...fileStates(base, `${folder}/package.json`),
      ...fileStates(base, `${folder}/tsconfig.json`),
      ...['tsup.config.ts', 'vite.config.ts', 'svelte.config.js', 'index.html', 'build', 'public'].flatMap((name) =>
        fileStates(base, `${folder}/${name}`),
      ),
      ...fileStates(base, `${folder}/src`, (path) => !path.endsWith('.test.ts')),
      ...fileStates(base, `${folder}/dist`),
    ]),
  ]);
}

const stampPath = join(cacheFolder, 'build.stamp');

/** Whether nothing has changed since the last build. */
export const isBuilt = () => stampMatches(stampPath, buildDigest(root));

/** Builds the packages that changed. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  progress('building packages');
  await runStep({
    name: 'building packages',
    // turbo calls pnpm by name; running it from inside pnpm is what puts that name on the path.
    command: pnpmCommand([
      'exec',
      'turbo',
      'run',
      'build',
      '--ui=stream',
      '--output-logs=new-only',
      '--no-update-notifier',
      `--concurrency=${availableParallelism()}`,
    ]),
    log: 'build.log',
    byHand: pnpmByHand('exec turbo run build'),
    env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  writeStamp(stampPath, buildDigest(root));
}
