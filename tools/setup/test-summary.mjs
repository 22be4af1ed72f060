/**
 * @typedef {{ passed: number, failed: number }} Counts
 * @typedef {{ status?: string, assertionResults?: { status: string, fullName?: string }[] }} FileResult
 * @typedef {{ testResults?: FileResult[] }} VitestReport the parts read of vitest's JSON report
 */

/**
 * Counts the tests of one vitest run. A file that failed without a failed test (it did not load, a hook threw) counts as
 * one failed test, and so does a run that failed although its tests passed, or that left no report.
 * @param {VitestReport | undefined} report undefined when vitest wrote none
 * @param {number} exitCode of vitest
 * @returns {Counts}
 */
export function countTests(report, exitCode) {
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults = [] } of report?.testResults ?? []) {
    const failures = assertionResults.filter((test) => test.status === 'failed').length;
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed += failures === 0 && status === 'failed' ? 1 : failures;
  }
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/**
 * Tests of one vitest run that were left out by their names.
 * @param {VitestReport | undefined} report
 * @param {RegExp} word that is in these names
 */
export function countLeftOut(report, word) {
  const tests = (report?.testResults ?? []).flatMap(({ assertionResults = [] }) => assertionResults);
  const leftOut = tests.filter(({ status }) => status === 'skipped' || status === 'pending');
  return leftOut.filter(({ fullName = '' }) => word.test(fullName)).length;
}

/**
 * What becomes of the tests that need something that is not there.
 * @param {string} what such as `those that drive Chromium`
 * @param {string} reason
 * @param {boolean} mustRun whether it is a failure, which it is where the set-up could have installed it
 */
export function withoutNeed(what, reason, mustRun) {
  return mustRun
    ? { line: `tests did not run, ${what}: ${reason}`, failed: 1 }
    : { line: `tests left out, ${what}: ${reason}`, failed: 0 };
}

/**
 * @param {Counts[]} runs
 * @returns {Counts}
 */
export function addCounts(runs) {
  return runs.reduce((sum, run) => ({ passed: sum.passed + run.passed, failed: sum.failed + run.failed }), {
    passed: 0,
    failed: 0,
  });
}

/**
 * The last line of `npm test`.
 * @param {Counts} counts
 */
export function summaryLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}

/**
 * A run without a single test is a failure too.
 * @param {Counts} counts
 */
export function testExitCode({ passed, failed }) {
  return failed > 0 || passed === 0 ? 1 : 0;
}
