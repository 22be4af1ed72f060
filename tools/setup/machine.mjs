import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {Record<string, string>} OsRelease fields of os-release(5)
 * @typedef {{ platform: string, osRelease: OsRelease, uid: number, sudo: boolean }} Machine
 *   `sudo`: whether sudo works without asking for a password
 */

/**
 * Parses /etc/os-release (see os-release(5)).
 * @param {string} text
 * @returns {OsRelease}
 */
export function parseOsRelease(text) {
  /** @type {OsRelease} */
  const fields = {};
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (match) fields[match[1] ?? ''] = (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1');
  }
  return fields;
}

/**
 * Whether packages come through apt.
 * @param {OsRelease} osRelease
 */
export function isDebianFamily({ ID, ID_LIKE }) {
  return `${ID ?? ''} ${ID_LIKE ?? ''}`.split(' ').some((name) => name === 'debian' || name === 'ubuntu');
}

/**
 * Name of the release as the archive knows it; derivatives of Ubuntu name their base apart.
 * @param {OsRelease} osRelease
 * @returns {string | undefined}
 */
export function codenameOf({ UBUNTU_CODENAME, VERSION_CODENAME }) {
  return UBUNTU_CODENAME || VERSION_CODENAME || undefined;
}

/**
 * Whether the set-up may install packages of the system.
 * @param {Machine} machine
 */
export function mayInstall({ platform, osRelease, uid, sudo }) {
  return platform === 'linux' && isDebianFamily(osRelease) && (uid === 0 || sudo);
}

/** @returns {Machine} */
export function thisMachine() {
  let osRelease = '';
  try {
    osRelease = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // macOS and Windows have none.
  }
  const uid = process.getuid?.() ?? -1;
  return {
    platform: process.platform,
    osRelease: parseOsRelease(osRelease),
    uid,
    sudo: uid > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0,
  };
}
