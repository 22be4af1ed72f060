/** The train step explained: every kernel's time beside its floor, or an estimate for a GPU from its two ceilings. */
import { writeFile } from 'node:fs/promises';
import {
  type Ceilings,
  ceilingsLine,
  type Device,
  type Explanation,
  explain,
  givenTarget,
  groupKernels,
  groupTable,
  makePlan,
  totalLine,
  type Wasm,
} from '@noisesmith/tensor';
import { openMeasured } from '../backend-named';
import type { BenchConfig } from '../configs';
import { describeAdapter } from '../peers/dawn';
import { timedGraph } from '../peers/noisesmith/train-step';
import type { Times } from '../statistics';
import { markdownTable } from '../table';
import { measureStep } from './measure';
import { type ExplainOptions, parseExplainOptions, usage } from './options';

interface Report {
  readonly config: BenchConfig;
  readonly adapter: string;
  readonly ceilings: Ceilings;
  readonly step?: Times;
  readonly explanation: Explanation;
}

async function measured(backend: Device | Wasm, config: BenchConfig, steps: number): Promise<Report> {
  return { config, adapter: describeAdapter(backend.profile), ...(await measureStep(backend, config, steps)) };
}

const estimated = (config: BenchConfig, ceilings: Ceilings): Report => ({
  config,
  adapter: givenTarget.profile.description,
  ceilings,
  explanation: explain(makePlan(timedGraph(config), givenTarget), ceilings),
});

function print({ config, adapter, ceilings, step, explanation }: Report, top: number): void {
  const groups = groupKernels(explanation.rows);
  console.log(`\n## ${config.name}, batch ${config.batch}, ${adapter}\n`);
  console.log(`${explanation.rows.length} kernels, ${groups.length} groups; ${ceilingsLine(ceilings)}\n`);
  const { header, rows, numeric } = groupTable(groups.slice(0, top));
  console.log(`${markdownTable(header, rows, numeric)}\n`);
  console.log(totalLine(explanation, step?.median));
}

async function reportsOf({ backend, configs, steps, ceilings, dawn, top }: ExplainOptions): Promise<Report[]> {
  const reports: Report[] = [];
  const add = (report: Report): void => {
    print(report, top);
    reports.push(report);
  };
  if (ceilings) {
    for (const config of configs) add(estimated(config, ceilings));
    return reports;
  }
  using opened = await openMeasured(backend, dawn);
  for (const config of configs) add(await measured(opened, config, steps));
  return reports;
}

export async function runExplain(args: readonly string[]): Promise<void> {
  const options = parseExplainOptions(args);
  if (options.help) {
    console.log(usage);
    return;
  }
  const reports = await reportsOf(options);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(reports, null, 2)}\n`);
}
