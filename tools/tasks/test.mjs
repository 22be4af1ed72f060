import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from '../setup/chromium.mjs';
import { runForeground } from '../setup/foreground.mjs';
import { mayInstall, thisMachine } from '../setup/machine.mjs';
import { progress, SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { addCounts, countLeftOut, countTests, summaryLine, testExitCode, withoutNeed } from '../setup/test-summary.mjs';
import { binOf, readJson, root } from '../setup/workspace.mjs';

const browserConfig = 'vitest.browser.config.ts';

/** Told to tests that start programs, or serve the page: what the set-up has built is there. */
const built = { NOISESMITH_BUILT: 'true' };

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
  const report = existsSync(reportPath) ? readJson(reportPath) : undefined;
  return {
    counts: countTests(report, exitCode),
    /** @param {RegExp} word in the names of tests that were left out */
    leftOut: (word) => countLeftOut(report, word),
  };
}

/**
 * `npm test`: every test in Node from source, then those in Chromium; the last line counts both. On a machine where the
 * set-up may install nothing, those that need a driver or Chromium are left out, which is told at the end too.
 * @param {string[]} args for vitest, e.g. a folder
 * @returns {Promise<number>} exit code
 */
export async function test(args) {
  const runs = [];
  /** @type {string[]} */
  const told = [];
  const mustRun = Boolean(process.env.CI) || mayInstall(thisMachine());
  /**
   * @param {string} what
   * @param {string} reason
   * @param {boolean} [isFailure]
   */
  const miss = (what, reason, isFailure = mustRun) => {
    const { failed, line } = withoutNeed(what, reason, isFailure);
    told.push(line);
    if (failed > 0) runs.push({ passed: 0, failed });
  };
  try {
    const inBrowser = existsSync(join(root, browserConfig));
    const { missingAdapter, more: chromium } = await setUp({
      adapter: true,
      more: inBrowser ? ensureChromium : undefined,
    });
    if (missingAdapter && mustRun) throw new SetupError(missingAdapter);
    if (missingAdapter) progress('no WebGPU adapter: the tests that need one are left out, and told of at the end');
    const hasGit = spawnSync('git', ['--version'], { stdio: 'ignore' }).status === 0;
    const inNode = await runVitest('vitest.config.ts', args, {
      ...built,
      ...(missingAdapter && { NOISESMITH_WITHOUT_WEBGPU: 'true' }),
      ...(!hasGit && { NOISESMITH_WITHOUT_GIT: 'true' }),
    });
    runs.push(inNode.counts);
    if (missingAdapter) {
      miss(
        `${inNode.leftOut(/WebGPU/)} with WebGPU in their names, and the files in tools/testing/webgpu-tests.ts`,
        missingAdapter,
      );
    }
    // It is not for the set-up to install.
    if (!hasGit) {
      const what = `${inNode.leftOut(/\bgit\b/)} with git in their names`;
      miss(what, 'no git in PATH; install git', Boolean(process.env.CI));
    }
    if (chromium && 'path' in chromium) {
      const env = { ...built, NOISESMITH_CHROMIUM: chromium.path };
      runs.push((await runVitest(browserConfig, args, env)).counts);
    } else if (chromium) {
      miss('those that drive Chromium', chromium.message);
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress(error.message);
    runs.push({ passed: 0, failed: 1 });
  }
  const counts = addCounts(runs);
  if (counts.passed + counts.failed === 0) progress('no test ran');
  for (const line of told) progress(line);
  process.stdout.write(`${summaryLine(counts)}\n`);
  return testExitCode(counts);
}
