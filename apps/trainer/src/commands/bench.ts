import { rin, rinConfig } from '@noisesmith/rin';
import { chooseTuning, planRun, type RunConfig, type TuningSource, timeSteps } from '@noisesmith/runs';
import {
  type Ceilings,
  givenTarget,
  type KernelTime,
  type MeasuredProgram,
  measureCeilings,
  parseCeilings,
  usualDispatchSeconds,
} from '@noisesmith/tensor';
import { openConfigured } from '../backend';
import { explainStep, type StepPart } from '../bench/explain-step';
import { type Report, reportJson, reportText } from '../bench/report';
import { type Command, jsonFlag } from '../command';
import { resolveConfig } from '../config/resolve';
import { programFlags } from '../config/settings';
import type { Context } from '../context';
import { exitCodes, UsageError } from '../errors';
import { printJson } from '../output';
import { Progress } from '../run/progress';
import { askedTuning, tuningFlag } from '../run/tuning';

const DEFAULT_REPEATS = 20;
const DEFAULT_TOP = 30;

/** What a GPU with the given ceilings would take. No device is opened. */
function estimate(config: RunConfig, spec: string): Report {
  let ceilings: Ceilings;
  try {
    ceilings = parseCeilings(spec);
  } catch (error) {
    throw new UsageError(`--ceilings is ${(error as Error).message}`);
  }
  const { bytes, parameters, parts } = planRun(config, givenTarget);
  return {
    config,
    adapter: givenTarget.profile,
    parameters,
    bytes,
    ceilings,
    explanation: explainStep(parts, ceilings),
  };
}

async function kernelTimes(program: MeasuredProgram, progress: Progress): Promise<KernelTime[]> {
  const times: KernelTime[] = [];
  const total = program.plan.kernels.length;
  for (let kernel = 0; kernel < total; kernel++) {
    progress.count('timing kernels', kernel + 1, total);
    times.push(...(await program.profile({ kernels: [kernel] })));
  }
  return times;
}

interface Measuring {
  readonly repeats: number;
  readonly explain: boolean;
  readonly tuning: TuningSource | undefined;
}

async function measure(config: RunConfig, options: Measuring, context: Context): Promise<Report> {
  const progress = new Progress(context);
  using backend = (await openConfigured(config, context)).backend;
  try {
    const store = context.openTuningStore((line) => progress.note(`warning: ${line}`));
    const tuning = await chooseTuning(backend.target, options.tuning, store);
    const denoiser = rin(rinConfig(config.model));
    const { repeats } = options;
    const onProgress = (what: string, done: number, total: number): void =>
      what === 'step' ? progress.status(`step ${done} of ${total}`) : progress.count(what, done, total);
    const timing = { denoiser, config: config.train, tuning: tuning.table, repeats, onProgress };
    const { bytes, parameters } = planRun(config, backend.target, tuning.table);
    const about = { config, adapter: backend.profile, parameters, bytes, tuning };
    const { engine: opened, times } = await timeSteps<MeasuredProgram>(backend, timing);
    using engine = opened;
    progress.status('measuring the ceilings');
    const ceilings = await measureCeilings(backend);
    const report = { ...about, ceilings, times };
    if (!options.explain) return report;
    progress.status('timing each kernel by itself', true);
    const parts: StepPart[] = [];
    for (const { program, runs } of engine.parts) {
      parts.push({ plan: program.plan, runs, times: await kernelTimes(program, progress) });
    }
    return { ...report, explanation: explainStep(parts, ceilings) };
  } finally {
    progress.end();
  }
}

export const bench: Command = {
  name: 'bench',
  summary: 'time of a training step here, and of each kernel beside the least it could take',
  positionals: [],
  flags: {
    ...programFlags,
    ...tuningFlag,
    repeats: { value: 'N', help: `warm steps to time (default ${DEFAULT_REPEATS})` },
    explain: { help: 'each kernel by itself: its time, its floor and their ratio, worst first' },
    top: { value: 'N', help: `rows of that table, 0: all (default ${DEFAULT_TOP})` },
    ceilings: {
      value: 'FLOPS,LOADS[,DISPATCH]',
      help: 'no measurement: an estimate for another GPU, see below',
    },
    ...jsonFlag,
  },
  details: [
    'The step is the one that train runs, on made-up images: no data set is read and nothing is written. A floor is what',
    'a kernel would take if it reached a ceiling of the machine, which are measured too: arithmetic, loads and stores, or',
    'the dispatch itself. For --ceilings they are given: f32 operations a second, f32 numbers a second from memory, and',
    `the seconds of a dispatch (default ${usualDispatchSeconds}); e.g. 60e12,0.8e12. --explain then lists the floors.`,
  ],
  example: '--preset mnist --explain --top 10',
  async run(args, context) {
    const tuning = askedTuning(args);
    const repeats = args.whole('repeats', 1) ?? DEFAULT_REPEATS;
    const top = args.whole('top', 0) ?? DEFAULT_TOP;
    const ceilings = args.text('ceilings');
    const explain = args.has('explain');
    const config = await resolveConfig(args);
    const report =
      ceilings === undefined
        ? await measure(config, { explain, repeats, tuning }, context)
        : estimate(config, ceilings);
    if (args.has('json')) printJson(context, reportJson(report));
    else context.out(reportText(report, { table: explain, top }));
    return exitCodes.done;
  },
};
