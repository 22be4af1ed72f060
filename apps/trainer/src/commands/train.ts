import { adapterProfile, openRunDataset, planRun, type RunTuning } from '@noisesmith/runs';
import type { AdapterProfile } from '@noisesmith/tensor';
import type { Command } from '../command';
import { type ResolvedRun, resolveRun } from '../config/resolve';
import { settingFlags } from '../config/settings';
import type { Context } from '../context';
import { exitCodes, UsageError } from '../errors';
import type { Arguments } from '../flags';
import { byteSize, groupedNumber, printJson, printJsonLine } from '../output';
import { prepareOutput } from '../outputs';
import { RunFolder } from '../run/run-folder';
import { checkUnlocked } from '../run/run-lock';
import { runTraining } from '../run/train-run';
import { askedTuning, tuningFlag, tuningOfRun } from '../run/tuning';

/** @throws UsageError for logs that are not written */
function checkLogs(args: Arguments): void {
  for (const log of args.text('log')?.split(',') ?? []) {
    if (log !== 'jsonl') throw new UsageError(`--log ${log} is not possible; expected jsonl`);
  }
}

const tuningFor = (
  { folder, started }: ResolvedRun,
  profile: AdapterProfile,
  args: Arguments,
  context: Context,
): Promise<RunTuning> => {
  const warn = (message: string): void => context.err(`warning: ${message}\n`);
  return tuningOfRun({
    folder,
    started,
    asked: askedTuning(args),
    profile,
    store: context.openTuningStore(warn),
    warn,
  });
};

async function dryRun(resolved: ResolvedRun, args: Arguments, context: Context): Promise<number> {
  const { config, folder } = resolved;
  const profile = await adapterProfile(context.openDevice);
  const { source, table } = await tuningFor(resolved, profile, args, context);
  const { bytes, parameters, temporaryBytes } = planRun(config, profile, table);
  if (args.has('json')) printJson(context, { config, parameters, bytes, temporaryBytes, tuning: source });
  else {
    context.out(`${JSON.stringify(config, null, 2)}\n`);
    context.out(`run folder ${folder}: nothing was written\n`);
    context.out(
      `${groupedNumber(parameters)} parameters, ${groupedNumber(bytes)} bytes (${byteSize(bytes)}) on the GPU, ${byteSize(temporaryBytes)} of them for values of one step\n`,
    );
  }
  return exitCodes.done;
}

export const train: Command = {
  name: 'train',
  summary: 'train a network, or go on with a run where it stopped',
  positionals: [],
  flags: {
    ...settingFlags,
    out: { value: 'DIR', help: 'run folder (default runs/PRESET); one that exists is gone on with' },
    resume: {
      value: 'auto|none|DIR',
      help: 'go on if there is a run (default), insist on a new one, or start from another run',
    },
    ...tuningFlag,
    log: { value: 'jsonl', help: 'statistics to write: stats.jsonl' },
    'dry-run': { help: 'print configuration, parameters and GPU bytes, and do nothing' },
    json: { help: 'events as JSON lines; with --dry-run one document' },
  },
  details: [
    'The run folder: config.json, tuning.json, stats.jsonl, grids/, checkpoints/, ema.safetensors (weights to sample from),',
    'and at the end samples.npz and grid.png. Ctrl-C stops after a checkpoint; the same command goes on, with the kernels',
    'that the run began with.',
  ],
  example: '--preset mnist-tiny --steps 2000 --set train.learningRate.base=2e-3 --out runs/digits',
  async run(args, context) {
    checkLogs(args);
    askedTuning(args);
    const resolved = await resolveRun(args);
    if (args.has('dry-run')) return dryRun(resolved, args, context);
    const { config } = resolved;
    const folder = new RunFolder(resolved.folder);
    if (resolved.started && (await folder.isFinished(config))) {
      context.err(`${folder.path}: finished at step ${config.train.steps}; nothing to do\n`);
      if (args.has('json')) printJsonLine(context, { type: 'done', step: config.train.steps });
      return exitCodes.done;
    }
    checkUnlocked(folder.path);
    await prepareOutput('--out', folder.path, 'folder');
    const dataset = await openRunDataset(config);
    using device = await context.openDevice();
    const tuning = await tuningFor(resolved, device.profile, args, context);
    const exitCode = await runTraining(
      {
        config,
        folder,
        dataset,
        device,
        resume: args.text('resume') ?? 'auto',
        tuning,
        ...(args.has('json') && { onEvent: (event) => printJsonLine(context, event) }),
      },
      context,
    );
    if (exitCode === exitCodes.done && !args.has('json')) {
      const samples = config.output.samplesPerClass > 0 ? ', samples.npz' : '';
      context.out(`${folder.path}: ema.safetensors${samples} and grid.png are written\n`);
    }
    return exitCode;
  },
};
