import { existsSync } from 'node:fs';
import { aptInstall } from './apt.mjs';
import { mayInstall, thisMachine } from './machine.mjs';

/**
 * Makes sure of a Chromium for the browser tests: the file that NOISESMITH_CHROMIUM names, else Debian's.
 * @returns {Promise<{ path: string } | { message: string }>}
 */
export async function ensureChromium() {
  const named = process.env.NOISESMITH_CHROMIUM;
  if (named) return existsSync(named) ? { path: named } : { message: `NOISESMITH_CHROMIUM: there is no file ${named}` };
  const path = '/usr/bin/chromium';
  if (existsSync(path)) return { path };
  const machine = thisMachine();
  if (mayInstall(machine)) {
    await aptInstall(machine, ['chromium'], 'release');
    if (existsSync(path)) return { path };
  }
  return { message: `no ${path}; install Chromium, or name one in NOISESMITH_CHROMIUM` };
}
