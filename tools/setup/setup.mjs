import { join } from 'node:path';
import { ensureAdapter } from './adapter.mjs';
import { ensureBuilt, isBuilt } from './build.mjs';
import { stopChildren } from './child.mjs';
import { areInstalled, ensureDependencies } from './dependencies.mjs';
import { lock } from './lock.mjs';
import { progress, unwritableMessage } from './report.mjs';
import { cacheFolder } from './workspace.mjs';

/**
 * The lock of the set-up. In a folder that cannot be written none can be taken; where all is installed and built, none is
 * needed.
 * @param {() => Promise<() => void>} take
 * @param {() => boolean} isReady
 * @returns {Promise<() => void>}
 */
export async function lockUnlessReady(take, isReady) {
  try {
    return await take();
  } catch (error) {
    if (unwritableMessage(error) === undefined || !isReady()) throw error;
    return () => {};
  }
}

/**
 * Brings the machine to where the work can start; one process at a time.
 * @template T
 * @param {object} needs
 * @param {boolean} needs.adapter whether the work computes on WebGPU
 * @param {() => Promise<T>} [needs.more] what else to prepare under the lock
 * @returns {Promise<{ missingAdapter: string | undefined, more: T | undefined }>} what to install when there is no adapter
 */
export async function setUp({ adapter, more }) {
  const release = await lockUnlessReady(
    () =>
      lock(join(cacheFolder, 'lock'), {
        onWait: (holder) => progress(`waiting for another set-up${holder ? ` (process ${holder.pid})` : ''}`),
      }),
    () => areInstalled() && isBuilt(),
  );
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
