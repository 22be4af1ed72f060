/** noisesmith beside its peers: every contestant in its own process, in turns, on the same adapter where there is one. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingAdapter } from './backend-named';
import { complaintsOf } from './complaints';
import { contestantsOf, isOpenList, selectContestants, type Unable, unableBecause, wantsPython } from './contestants';
import { type Job, jobName } from './job';
import { writeJob } from './job-file';
import { type Options, parseOptions, usage } from './options';
import { prepareJob } from './prepare';
import { missingPyTorch } from './python';
import { suiteReport } from './report';
import type { Run } from './run';
import { type Outcome, runContestant } from './run-contestant';
import { jobsOf } from './suites';
import { Turns } from './turns';

const say = (line: string) => console.error(`bench: ${line}`);

/** The fixture to check train steps against. @throws Error when the one that was asked for is missing */
function findFixture(given: string | undefined): string | null {
  const usual = fileURLToPath(new URL('../../fixtures/rin-tiny.safetensors', import.meta.url));
  if (given !== undefined && !existsSync(given)) throw new Error(`--fixture: no file ${given}`);
  if (given !== undefined) return resolve(given);
  if (existsSync(usual)) return usual;
  say(`no fixture at ${usual}, train steps are not checked`);
  return null;
}

/** Names that are left out, a line for each reason. */
function leftOut(unable: Unable): string[] {
  return [...new Set(unable.values())].map((reason) => {
    const names = [...unable.keys()].filter((name) => unable.get(name) === reason);
    return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} left out: ${reason}`;
  });
}

/** The contestants to run. @throws Error naming one that is unknown or cannot run */
function findContestants({ contestants, python }: Options): string[] {
  const unable = unableBecause(missingAdapter(), wantsPython(contestants) ? missingPyTorch(python) : undefined);
  const names = selectContestants(contestants, unable);
  if (isOpenList(contestants)) for (const line of leftOut(unable)) say(line);
  return names;
}

/** Runs a job with every contestant: each begins when those before it are ready, then they take turns. */
async function runJob(job: Job, names: readonly string[], path: string, options: Options): Promise<Run> {
  await writeJob(path, await prepareJob(job));
  const { python, dawn, timeoutMs, apart } = options;
  const turns = new Turns();
  const run = (contestant: string): Promise<Outcome> => {
    const onStart = (): void => say(`${jobName(job)}: ${contestant}`);
    return runContestant({ contestant, job: path, python, dawn }, { timeoutMs, turns, apart, onStart });
  };
  return { job, outcomes: await Promise.all(names.map(run)) };
}

/** Prints a suite's report and what is wrong with it, which makes the benchmark fail. */
function show(report: string, runs: readonly Run[]): void {
  console.log(`\n${report}`);
  for (const run of runs) {
    for (const line of complaintsOf(run)) {
      say(`${jobName(run.job)}: ${line}`);
      process.exitCode = 1;
    }
  }
}

export async function runComparison(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(usage);
    return;
  }
  const names = findContestants(options);
  const fixture = findFixture(options.fixture);
  const folder = await mkdtemp(join(tmpdir(), 'noisesmith-bench-'));
  const allRuns: Run[] = [];
  const reports: string[] = [];
  try {
    for (const suite of options.suites) {
      const runs: Run[] = [];
      for (const job of jobsOf(suite, { ...options, fixture })) {
        const able = contestantsOf(job, names);
        if (able.length > 0) runs.push(await runJob(job, able, join(folder, 'job.safetensors'), options));
      }
      const report = suiteReport(suite, runs);
      show(report, runs);
      reports.push(report);
      allRuns.push(...runs);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (options.markdown !== undefined) await writeFile(options.markdown, reports.join('\n'));
  if (options.json !== undefined) {
    const machine = { node: process.version, platform: `${process.platform}-${process.arch}` };
    await writeFile(options.json, `${JSON.stringify({ ...machine, runs: allRuns }, null, 2)}\n`);
  }
}
