import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from '../setup/chromium.mjs';
import { runForeground } from '../setup/foreground.mjs';
import { progress, SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { addCounts, countTests, summaryLine, testExitCode } from '../setup/test-summary.mjs';
import { binOf, readJson, root } from '../setup/workspace.mjs';

const browserConfig = 'vitest.browser.config.ts';

/**
 * Runs one vitest configuration.
 * @param {string} config file in the root
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function runVitest(config, args, env) {
  const folder = join(root, '.cache', 'test');
  const reportPath = join(folder, `${config}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(reportPath, { force: true });
  const exitCode = await runForeground(
    [
      binOf('vitest'),
      'run',
      `--config=${config}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
      ...args,
    ],
    env,
  );
  return countTests(existsSync(reportPath) ? readJson(reportPath) : undefined, exitCode);
}

/**
 * `npm test`: every test in Node from source, then those in Chromium; the last line counts both.
 * @param {string[]} args for vitest, e.g. a folder
 * @returns {Promise<number>} exit code
 */
export async function test(args) {
  const runs = [];
  try {
    const inBrowser = existsSync(join(root, browserConfig));
    const { missingAdapter, more: chromium } = await setUp({
      adapter: true,
      more: inBrowser ? ensureChromium : undefined,
    });
    if (missingAdapter) throw new SetupError(missingAdapter);
    runs.push(await runVitest('vitest.config.ts', args));
    if (chromium && 'path' in chromium) {
      const viewer = join(root, 'apps', 'viewer', 'dist');
      const env = { NOISESMITH_CHROMIUM: chromium.path, NOISESMITH_VIEWER: viewer };
      runs.push(await runVitest(browserConfig, args, env));
    } else if (chromium) {
      progress(`browser tests did not run: ${chromium.message}`);
      runs.push({ passed: 0, failed: 1 });
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress(error.message);
    runs.push({ passed: 0, failed: 1 });
  }
  const counts = addCounts(runs);
  if (counts.passed + counts.failed === 0) progress('no test ran');
  process.stdout.write(`${summaryLine(counts)}\n`);
  return testExitCode(counts);
}
