import { existsSync } from 'node:fs';
import { aptInstall } from './apt.mjs';
import { mayInstall, thisMachine } from './machine.mjs';

/** Chromium without its windows: the same engine, started and run in half the time. */
const shell = '/usr/bin/chromium-headless-shell';
const whole = '/usr/bin/chromium';

/**
 * The Chromium that browser tests drive: the file that NOISESMITH_CHROMIUM names, else one of Debian's.
 * @returns {string | undefined}
 */
export function findChromium() {
  return process.env.NOISESMITH_CHROMIUM || [shell, whole].find((path) => existsSync(path));
}

/**
 * Makes sure of a Chromium for the browser tests; where none is named, and it may be installed, of Debian's headless shell.
 * @returns {Promise<{ path: string } | { message: string }>}
 */
export async function ensureChromium() {
  const named = process.env.NOISESMITH_CHROMIUM;
  if (named) return existsSync(named) ? { path: named } : { message: `NOISESMITH_CHROMIUM: there is no file ${named}` };
  const machine = thisMachine();
  if (!existsSync(shell) && mayInstall(machine)) {
    try {
      await aptInstall(machine, ['chromium-headless-shell'], 'release');
    } catch (error) {
      if (!existsSync(whole)) throw error;
    }
  }
  const path = findChromium();
  return path
    ? { path }
    : { message: `no ${shell} and no ${whole}; install one of them, or name another in NOISESMITH_CHROMIUM` };
}
