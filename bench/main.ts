/** The train step beside its peers: every contestant in its own process, one after another, on the same adapter. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchConfig, configs, selectConfigs } from './src/configs';
import { contestants, runContestant, selectContestants } from './src/contestants';
import { failedChecks, parseSteps } from './src/protocol';
import { markdownTable, type Outcome } from './src/table';

const usage = `usage: bench [--config LIST] [--contestants LIST] [--steps N] [--fixture FILE] [--json FILE]
             [--timeout MINUTES] [--dawn FLAG]...

  --config LIST       of ${configs.map(({ name }) => name).join(', ')} (default tiny)
  --contestants LIST  of ${[...contestants.keys()].join(', ')} (default all)
  --steps N           warm steps to time (default 20)
  --fixture FILE      reference results to check against (default fixtures/rin-tiny.safetensors if present)
  --json FILE         write all results as JSON
  --timeout MINUTES   limit for one contestant and config (default 30)
  --dawn FLAG         passed to Dawn by every contestant, such as --dawn=backend=vulkan; may be repeated`;

/** What is wrong with an outcome, as one line; undefined when nothing is. */
function complaint(outcome: Outcome, adapter: string | undefined): string | undefined {
  if ('failure' in outcome) return `${outcome.name} failed: ${outcome.failure}`;
  const { result } = outcome;
  if (result.adapter !== adapter) return `${outcome.name} ran on "${result.adapter}", the others on "${adapter}"`;
  const failed = result.verified === null ? [] : failedChecks(result.verified);
  if (failed.length > 0) return `${outcome.name} does not agree with the fixture: ${failed.join(', ')}`;
  return undefined;
}

function heading(config: BenchConfig, adapter: string | undefined): string {
  return `\n## ${config.name}, batch ${config.batch}, ${adapter ?? 'no adapter'}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: 'tiny' },
      contestants: { type: 'string', default: [...contestants.keys()].join(',') },
      steps: { type: 'string', default: '20' },
      fixture: { type: 'string' },
      json: { type: 'string' },
      timeout: { type: 'string', default: '30' },
      dawn: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const selected = selectConfigs(values.config);
  const names = selectContestants(values.contestants);
  const steps = parseSteps(values.steps);
  const timeoutMs = Number(values.timeout) * 60_000;
  if (!(timeoutMs > 0)) throw new Error(`--timeout: ${JSON.stringify(values.timeout)}, expected minutes above 0`);

  const usual = fileURLToPath(new URL('../fixtures/rin-tiny.safetensors', import.meta.url));
  const fixture = values.fixture === undefined ? (existsSync(usual) ? usual : undefined) : resolve(values.fixture);
  if (fixture === undefined) console.error(`bench: no fixture at ${usual}, nothing is checked against it`);
  else if (!existsSync(fixture)) throw new Error(`--fixture: no file ${fixture}`);

  const runs: { config: BenchConfig; outcomes: Outcome[] }[] = [];
  for (const config of selected) {
    const outcomes: Outcome[] = [];
    for (const name of names) {
      console.error(`bench: ${config.name}: ${name}`);
      outcomes.push(await runContestant(name, { config, steps, fixture, dawn: values.dawn }, timeoutMs));
    }
    const adapter = outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result.adapter] : []))[0];
    console.log(`${heading(config, adapter)}\n${markdownTable(outcomes)}`);
    for (const outcome of outcomes) {
      const line = complaint(outcome, adapter);
      if (line === undefined) continue;
      console.error(`bench: ${config.name}: ${line}`);
      process.exitCode = 1;
    }
    runs.push({ config, outcomes });
  }
  if (values.json !== undefined) {
    const report = { node: process.version, platform: `${process.platform}-${process.arch}`, steps, runs };
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
