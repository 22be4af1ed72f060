import {
  defaultTuning,
  overDefaults,
  type RunConfig,
  type RunProgram,
  runPrograms,
  timeTables,
} from '@noisesmith/runs';
import {
  choicesOf,
  type Device,
  makePlan,
  median,
  type Plan,
  type TunedSite,
  type TuningTable,
  tune as tuneProgram,
  tuningKey,
} from '@noisesmith/tensor';
import { openConfigured } from '../backend';
import { type Command, jsonFlag } from '../command';
import { resolveConfig } from '../config/resolve';
import { programFlags } from '../config/settings';
import type { Context } from '../context';
import { exitCodes, UsageError } from '../errors';
import { printJson, table } from '../output';
import { Progress } from '../run/progress';

const DEFAULT_SECONDS = 120;

/** One program before and after, in milliseconds of a run. */
interface Timed {
  readonly program: string;
  /** Sites whose kernels were measured by this command. */
  readonly sites: readonly TunedSite[];
  /** Keys whose kernels were known. */
  readonly known: number;
  /** Keys that time did not suffice for. */
  readonly left: number;
  /** With the kernels that come with the engine, and with those of the table; the same number where no kernel differs. */
  readonly before: number;
  readonly after: number;
}

const planOf = (device: Device, program: RunProgram, given: TuningTable): Plan =>
  makePlan(program.graph, device.target, { choices: choicesOf(given), storage: program.storage });

/** Keys of a program's sites where there is something to choose. */
function openKeys(device: Device, program: RunProgram, given: TuningTable): string[] {
  const { sites } = planOf(device, program, given);
  return [...new Set(sites.flatMap(({ candidates, key }) => (candidates.length > 1 ? [key] : [])))];
}

/** A table without what it knows of some programs. */
function without(device: Device, programs: readonly RunProgram[], given: TuningTable): TuningTable {
  const gone = new Set(programs.flatMap((program) => openKeys(device, program, given)));
  return { ...given, choices: Object.fromEntries(Object.entries(given.choices).filter(([key]) => !gone.has(key))) };
}

/** Milliseconds that a run of the program gains by leaving the rule's choice for the site's. */
const saved = ({ chosen, costs, count, ruled }: TunedSite): number => {
  const [before, after] = [costs.get(ruled), costs.get(chosen)];
  return before === undefined || after === undefined ? 0 : count * (before - after);
};

interface Tuned {
  readonly tuning: TuningTable;
  readonly timed: readonly Timed[];
}

interface TuneRequest {
  readonly device: Device;
  readonly programs: readonly RunProgram[];
  readonly known: TuningTable;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** A program whose sites were measured. */
interface Measured extends Pick<Timed, 'sites' | 'known' | 'left'> {
  readonly program: RunProgram;
}

/** Tunes one program after the other; what is known of one is not measured again for the next. */
async function tuneAll({ device, known, programs, progress, seconds, signal }: TuneRequest) {
  const end = performance.now() + 1000 * seconds;
  let tuning = known;
  const measured: Measured[] = [];
  for (const program of programs) {
    const sites: TunedSite[] = [];
    const before = tuning;
    tuning = await tuneProgram(device, program.graph, {
      known: tuning,
      budgetSeconds: Math.max(0, (end - performance.now()) / 1000),
      signal,
      storage: program.storage,
      onProgress: ({ round, rounds, timed, total }) =>
        progress.status(`tuning the ${program.name}: round ${round + 1} of ${rounds}, kernel ${timed} of ${total}`),
      onSite: (site) => sites.push(site),
    });
    const keys = openKeys(device, program, tuning);
    const count = (is: (key: string) => boolean): number => keys.filter(is).length;
    const { choices } = tuning;
    measured.push({
      program,
      sites,
      known: count((key) => key in before.choices),
      left: count((key) => !(key in choices)),
    });
  }
  return { tuning, measured };
}

async function timeAll(
  { device, progress, signal }: TuneRequest,
  tuning: TuningTable,
  measured: readonly Measured[],
): Promise<readonly Timed[]> {
  const timed: Timed[] = [];
  for (const { program, ...found } of measured) {
    signal.throwIfAborted();
    progress.status(`timing the ${program.name} before and after`);
    timed.push({ program: program.name, ...found, ...(await beforeAndAfter(device, program, tuning)) });
  }
  return timed;
}

async function beforeAndAfter(device: Device, program: RunProgram, tuning: TuningTable) {
  const tables = [defaultTuning(device.target).table, overDefaults(device.target, tuning)];
  const [plain, tuned] = tables.map((given) => JSON.stringify(planOf(device, program, given).kernels));
  const different = plain === tuned ? tables.slice(1) : tables;
  const times = await timeTables(device, program, different);
  return { before: median(times[0]!), after: median(times.at(-1)!) };
}

const milliseconds = (value: number): string => value.toPrecision(4);

function report({ timed, tuning }: Tuned): string {
  const changed = timed.flatMap(({ sites }) => sites).filter(({ chosen, ruled }) => chosen !== ruled);
  const rows = changed.map((site) => [
    site.key,
    String(site.count),
    `${site.ruled} -> ${site.chosen}`,
    milliseconds(saved(site)),
  ]);
  const sum = (of: (program: Timed) => number): number => timed.reduce((total, program) => total + of(program), 0);
  const known = sum((program) => program.known);
  const left = sum((program) => program.left);
  const lines = timed.map(({ after, before, program }) =>
    before === after
      ? `${program}: ${milliseconds(after)} ms, with the kernels that it had`
      : `${program}: ${milliseconds(before)} ms -> ${milliseconds(after)} ms (${(before / after).toFixed(2)}x)`,
  );
  return [
    `${sum(({ sites }) => sites.length)} kinds of kernels measured, ${changed.length} of them changed\n`,
    ...(known > 0 ? [`${known} were known (--again measures them too)\n`] : []),
    ...(left > 0 ? [`${left} are left: the time was over (--seconds); the same command goes on with them\n`] : []),
    ...(rows.length > 0
      ? [table([['kernel', 'times', 'by rule -> chosen', 'saves ms'], ...rows], [false, true, false, true])]
      : []),
    ...lines.map((line) => `${line}\n`),
    `${Object.keys(tuning.choices).length} choices are kept for this adapter; train and sample use them\n`,
  ].join('');
}

const reportJson = ({ timed, tuning }: Tuned): object => ({
  adapter: tuning.key,
  programs: timed.map(({ after, before, known, left, program, sites }) => ({
    program,
    known,
    left,
    stepMs: { before, after },
    sites: sites.map((site) => ({ ...site, costs: Object.fromEntries(site.costs), savedMs: saved(site) })),
  })),
  choices: tuning.choices,
});

/**
 * What `tune` has kernels of to choose from.
 * @throws UsageError where WebAssembly computes, whose kernels are chosen by rule
 */
async function openTuned(config: RunConfig, context: Context): Promise<Device> {
  const { backend, name, why } = await openConfigured(config, context);
  if (backend.kind === 'webgpu') return backend;
  backend.destroy();
  throw new UsageError(
    `tune measures the kernels of WebGPU, and ${name} is to compute (${why}), whose kernels are chosen by rule: there is nothing to tune; --backend webgpu tunes those of a software adapter`,
  );
}

type Options = Pick<TuneRequest, 'seconds' | 'signal'> & { readonly config: RunConfig; readonly again: boolean };

/** @returns what was found out; undefined when it was interrupted */
async function measure({ again, config, ...options }: Options, context: Context): Promise<Tuned | undefined> {
  const progress = new Progress(context);
  const store = context.openTuningStore((line) => progress.note(`warning: ${line}`));
  using device = await openTuned(config, context);
  const key = tuningKey(device.target);
  const obstacle = await store.obstacle(key);
  if (obstacle !== undefined) throw new UsageError(obstacle);
  const programs = runPrograms(config);
  const stored = (await store.read(key)) ?? { key, choices: {} };
  const known = again ? without(device, programs, stored) : stored;
  const request: TuneRequest = { ...options, programs, device, known, progress };
  let kept = 'nothing was kept';
  try {
    const { measured, tuning } = await tuneAll(request);
    await store.write(tuning);
    kept = 'the choices are kept';
    return { tuning, timed: await timeAll(request, tuning, measured) };
  } catch (error) {
    if (!options.signal.aborted || error !== options.signal.reason) throw error;
    progress.end();
    context.err(`interrupted; ${kept}\n`);
    return undefined;
  } finally {
    progress.end();
  }
}

export const tune: Command = {
  name: 'tune',
  summary: 'measure which kernels are fastest on this WebGPU adapter; train and sample use them from then on',
  positionals: [],
  flags: {
    ...programFlags,
    seconds: {
      value: 'N',
      help: `measure no longer than that (default ${DEFAULT_SECONDS}); what is known by then is kept`,
    },
    again: { help: 'measure what is known of this configuration again' },
    ...jsonFlag,
  },
  details: [
    'Times the few candidate kernels of the training step and of the sampling step in their places, and keeps the choices',
    'in the cache folder of the user, for this adapter, driver and version of noisesmith. Whatever else the machine does',
    'meanwhile misleads it. The steps are timed with the kernels that come with noisesmith (before) and as tuned (after).',
  ],
  example: '--preset mnist --seconds 60',
  async run(args, context) {
    const seconds = args.whole('seconds', 1) ?? DEFAULT_SECONDS;
    const config = await resolveConfig(args);
    const signal = context.interruptSignal();
    const tuned = await measure({ config, seconds, signal, again: args.has('again') }, context);
    if (!tuned) return exitCodes.interrupted;
    if (args.has('json')) printJson(context, reportJson(tuned));
    else context.out(report(tuned));
    return exitCodes.done;
  },
};
