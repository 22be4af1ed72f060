import type { ImageDataset } from '@noisesmith/data';
import type { FeatureNetwork } from '@noisesmith/metrics';
import {
  checkNothingIsLost,
  differences,
  isSameDataset,
  openRunDataset,
  planRun,
  type RunConfig,
  type RunTuning,
  runState,
  targetHere,
} from '@noisesmith/runs';
import type { Target } from '@noisesmith/tensor';
import { pruneCheckpoints } from '@noisesmith/training';
import { openConfigured, openForRun, warnOfUnusedGpu } from '../backend';
import type { Command } from '../command';
import { type ResolvedRun, resolveRun } from '../config/resolve';
import { settingFlags } from '../config/settings';
import type { Context } from '../context';
import { exitCodes, UsageError } from '../errors';
import { openNamedNetwork } from '../evaluation/network';
import { exists } from '../files';
import type { Arguments } from '../flags';
import { byteSize, groupedNumber, printJson, printJsonLine } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';
import { RunFolder } from '../run/run-folder';
import { checkUnlocked } from '../run/run-lock';
import { runTraining } from '../run/train-run';
import { askedTuning, tuningFlag, tuningOfRun } from '../run/tuning';
import { defaultPort, portOf, RunServer } from '../serve/run-server';

/** @throws UsageError for logs that are not written */
function checkLogs(args: Arguments): void {
  for (const log of args.text('log')?.split(',') ?? []) {
    if (log !== 'jsonl') throw new UsageError(`--log ${log} is not possible; expected jsonl`);
  }
}

const tuningFor = (
  { folder, stored }: ResolvedRun,
  target: Target,
  args: Arguments,
  context: Context,
): Promise<RunTuning> => {
  const warn = (message: string): void => context.err(`warning: ${message}\n`);
  return tuningOfRun({
    folder,
    started: stored !== undefined,
    asked: askedTuning(args),
    target,
    store: context.openTuningStore(warn),
    warn,
  });
};

async function dryRun(resolved: ResolvedRun, args: Arguments, context: Context): Promise<number> {
  const { config, folder } = resolved;
  const target = await targetHere(async () => (await openConfigured(config, context)).backend);
  const { source, table } = await tuningFor(resolved, target, args, context);
  const { bytes, parameters, temporaryBytes } = planRun(config, target, table);
  if (args.has('json')) printJson(context, { config, parameters, bytes, temporaryBytes, tuning: source });
  else {
    context.out(`${JSON.stringify(config, null, 2)}\n`);
    context.out(`run folder ${folder}: nothing was written\n`);
    context.out(
      `${groupedNumber(parameters)} parameters, ${groupedNumber(bytes)} bytes (${byteSize(bytes)}) of memory, ${byteSize(temporaryBytes)} of them for values of one step\n`,
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
    serve: {
      value: '[PORT]',
      optional: true,
      help: `show the run in the browser while it trains, at 127.0.0.1 (port ${defaultPort} unless given, 0: any)`,
    },
    'dry-run': { help: 'print configuration, parameters and bytes, and do nothing' },
    json: { help: 'events as JSON lines; with --dry-run one document' },
  },
  details: [
    'The run folder: config.json, tuning.json, stats.jsonl, grids/, checkpoints/, ema.safetensors (weights to sample from),',
    'and at the end samples.npz and grid.png. Ctrl-C stops after a checkpoint; the same command goes on, with the kernels',
    'that the run began with. --serve prints the address of a page with live charts and grids; noisesmith view shows a run',
    'that does not train.',
  ],
  example: '--preset mnist --steps 2000 --set train.learningRate.base=2e-3 --out runs/digits',
  async run(args, context) {
    checkLogs(args);
    askedTuning(args);
    portOf(args, 'serve');
    const resolved = await resolveRun(args);
    if (args.has('dry-run')) return dryRun(resolved, args, context);
    const folder = new RunFolder(resolved.folder);
    const isNew = !(await exists(folder.path));
    try {
      return await trainResolved(folder, resolved, args, context);
    } finally {
      if (isNew) await folder.removeIfEmpty();
    }
  },
};

async function trainResolved(
  folder: RunFolder,
  resolved: ResolvedRun,
  args: Arguments,
  context: Context,
): Promise<number> {
  const { config, dataBefore, stored, warnings } = resolved;
  using progress = new Progress(context);
  const onEvent = args.has('json') ? (event: object) => printJsonLine(context, event) : undefined;
  if (stored && (await runState(folder, config, stored)).finished) {
    for (const line of await applyToFinished(folder, config, stored)) context.err(`${line}\n`);
    onEvent?.({ type: 'done', step: config.train.steps });
    return exitCodes.done;
  }
  await checkNothingIsLost(folder);
  checkUnlocked(folder.path);
  using network = await evaluationNetwork(config, context, progress);
  await prepareOutput('--out', folder.path, 'folder');
  const warn = (message: string): void => progress.note(`warning: ${message}`);
  using server = args.has('serve') ? await openServer(folder, args, progress) : undefined;
  progress.quiet(`opening ${config.data.source}`);
  const dataset = await openRunDataset(config, { onWarning: warn });
  if (dataBefore !== undefined) await checkMovedData(folder, dataset, dataBefore);
  const opened = await openForRun(config, resolved.folder, stored, context);
  using backend = opened.backend;
  warnOfUnusedGpu(opened, config.backend, context, (line) => progress.note(line));
  const tuning = await tuningFor(resolved, backend.target, args, context);
  const resume = args.text('resume') ?? 'auto';
  const more = { ...(network && { network }), ...(onEvent && { onEvent }) };
  const exitCode = await runTraining(
    { config, folder, dataset, opened, resume, tuning, warnings, progress, ...more },
    context,
  );
  if (exitCode === exitCodes.done && !onEvent) {
    const samples = config.output.samplesPerClass > 0 ? ', samples.npz' : '';
    context.out(`${folder.path}: ema.safetensors${samples} and grid.png are written\n`);
  }
  if (server) progress.note(`noisesmith view ${folder.path} shows the run from now on`);
  return exitCode;
}

/** Serves the run from now on; training does not end with its server. */
async function openServer({ path }: RunFolder, args: Arguments, progress: Progress): Promise<RunServer> {
  const server = await RunServer.open({ folder: path, single: true, port: portOf(args, 'serve'), flag: '--serve' });
  progress.note(`watch it at ${server.address}`);
  void server.failure.then((error) => progress.note(`warning: the page is served no more: ${error.message}`));
  return server;
}

/** The network that a run measures its samples by, where it does and has none of its own. */
async function evaluationNetwork(
  config: RunConfig,
  context: Context,
  progress: Progress,
): Promise<FeatureNetwork | undefined> {
  const { output } = config;
  if (output.evalEvery === 0 || output.evalNetwork === 'pixels') return undefined;
  const network = await openNamedNetwork(
    { name: output.evalNetwork, flag: '--eval-network', open: () => openConfigured(config, context) },
    progress,
  );
  if (network.caveat) progress.note(`${network.name}: ${network.caveat}`);
  return network;
}

/**
 * What other settings of `output` mean to a run that has got to its end: fewer checkpoints are kept.
 * @returns what to say of it
 */
async function applyToFinished(folder: RunFolder, config: RunConfig, stored: RunConfig): Promise<readonly string[]> {
  const { steps } = config.train;
  const changed = differences(stored.output, config.output).map(({ path }) => path);
  const end = `${folder.path}: finished at step ${steps}`;
  if (changed.length === 0) return [`${end}; nothing to do`];
  using _lock = await folder.take();
  await pruneCheckpoints(folder.checkpoints, steps, config.output.keep);
  await folder.write('config.json', `${JSON.stringify(config, null, 2)}\n`);
  const idle = changed.filter((path) => path !== 'keep');
  const kept = changed.includes('keep') ? `; up to ${config.output.keep} checkpoints are kept` : '; nothing to do';
  const unused = idle.map((path) => `output.${path}`).join(' and ');
  return [`${end}${kept}`, ...(idle.length > 0 ? [`${unused}: of use while a run trains only`] : [])];
}

/** Data may lie elsewhere when a run goes on, if they are the same. @throws UsageError when they are not */
async function checkMovedData(folder: RunFolder, dataset: ImageDataset, before: string): Promise<void> {
  if (await isSameDataset(folder, dataset)) return;
  throw new UsageError(
    `data.source is ${JSON.stringify(before)} in ${folder.file('config.json')}, and ${dataset.name} holds other data; use another --out, or leave it out to go on`,
  );
}
