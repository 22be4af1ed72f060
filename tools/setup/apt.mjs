import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { backportsSource, readAptSources } from './apt-sources.mjs';
import { runStep } from './child.mjs';
import { codenameOf } from './machine.mjs';
import { progress, SetupError } from './report.mjs';

/**
 * @param {import('./machine.mjs').Machine} machine
 * @param {string[]} args
 * @returns {string[]}
 */
function aptGet(machine, args) {
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
  return [...(machine.uid === 0 ? [] : ['sudo', '-n']), ...quiet, ...args];
}

/**
 * Installs packages through apt, as root or through sudo.
 * @param {import('./machine.mjs').Machine} machine
 * @param {string[]} packages
 * @param {import('./adapter-plan.mjs').Origin} from
 * @throws {SetupError} when apt fails, or when the release's backports cannot be found
 */
export async function aptInstall(machine, packages, from) {
  if (from === 'release') return updateAndInstall(machine, packages, [], []);
  const codename = codenameOf(machine.osRelease) ?? '';
  const { entries, partFiles } = readAptSources();
  const source = backportsSource(entries, codename);
  const target = ['-t', `${codename}-backports`];
  if (source.kind === 'present') return updateAndInstall(machine, packages, [], target);
  if (source.kind === 'unknown') {
    throw new SetupError(
      `apt's sources name no server of ${codename}, so its backports cannot be reached; add ${codename}-backports to them, then: apt-get update && apt-get install ${target.join(' ')} ${packages.join(' ')}`,
    );
  }
  // The machine's own configuration stays as it is: apt reads a folder with the same files and one more.
  const folder = mkdtempSync(join(tmpdir(), 'noisesmith-apt-'));
  try {
    const parts = join(folder, 'sources.list.d');
    mkdirSync(parts);
    for (const path of partFiles) symlinkSync(path, join(parts, basename(path)));
    writeFileSync(join(parts, 'noisesmith-backports.sources'), source.stanza);
    await updateAndInstall(machine, packages, ['-o', `Dir::Etc::sourceparts=${parts}`], target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./machine.mjs').Machine} machine
 * @param {string[]} packages
 * @param {string[]} options of apt-get
 * @param {string[]} target `-t SUITE`, or none
 */
async function updateAndInstall(machine, packages, options, target) {
  const install = ['install', '--no-install-recommends', ...target, ...packages];
  const added = options.length > 0 ? `add the suite ${target[1]} to apt's sources; ` : '';
  const byHand = `${added}apt-get update && apt-get ${install.join(' ')}`;
  progress(`installing ${packages.join(' ')}${target[1] ? ` from ${target[1]}` : ''} (apt)`);
  const suffix = target[1] ? `-${target[1]}` : '';
  await runStep({
    name: 'apt-get update',
    command: aptGet(machine, [...options, 'update']),
    log: `apt-update${suffix}.log`,
    byHand,
  });
  await runStep({
    name: `apt-get install ${packages.join(' ')}`,
    command: aptGet(machine, [...options, ...install]),
    log: `apt-install${suffix}.log`,
    byHand,
  });
}
