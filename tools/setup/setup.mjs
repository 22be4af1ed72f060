import { join } from 'node:path';
import { ensureAdapter } from './adapter.mjs';
import { ensureBuilt } from './build.mjs';
import { stopChildren } from './child.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { lock } from './lock.mjs';
import { progress } from './report.mjs';
import { cacheFolder } from './workspace.mjs';

/**
 * Brings the machine to where the work can start; one process at a time.
 * @template T
 * @param {object} needs
 * @param {boolean} needs.adapter whether the work computes on WebGPU
 * @param {() => Promise<T>} [needs.more] what else to prepare under the lock
 * @returns {Promise<{ missingAdapter: string | undefined, more: T | undefined }>} what to install when there is no adapter
 */
export async function setUp({ adapter, more }) {
  const release = await lock(join(cacheFolder, 'lock'), {
    onWait: (holder) => progress(`waiting for another set-up${holder ? ` (process ${holder.pid})` : ''}`),
  });
  /** @param {number} code */
  const interrupt = (code) => {
    stopChildren();
    release();
    process.exit(code);
  };
  const onInterrupt = () => interrupt(130);
  const onTerminate = () => interrupt(143);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  try {
    await ensureDependencies();
    await ensureBuilt();
    const missingAdapter = adapter ? await ensureAdapter() : undefined;
    return { missingAdapter, more: await more?.() };
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
    release();
  }
}
