import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runForeground } from '../setup/foreground.mjs';
import { setUp } from '../setup/setup.mjs';
import { resolveFrom, root } from '../setup/workspace.mjs';

/**
 * `npm run bench`. Where there is no adapter and none can be installed, the benchmark is told why: it leaves out what
 * needs one, and says so.
 * @param {string[]} args for the benchmark
 * @param {{ setUp: (needs: { adapter: boolean }) => Promise<{ missingAdapter: string | undefined }>, run: typeof runForeground }} [by]
 * @returns {Promise<number>} exit code
 */
export async function bench(args, by = { setUp, run: runForeground }) {
  const { missingAdapter } = await by.setUp({ adapter: true });
  const tsx = pathToFileURL(resolveFrom('.', 'tsx')).href;
  return by.run(
    ['--conditions=@noisesmith/source', '--import', tsx, join(root, 'bench', 'main.ts'), ...args],
    missingAdapter === undefined ? {} : { BENCH_WITHOUT_ADAPTER: missingAdapter },
  );
}
