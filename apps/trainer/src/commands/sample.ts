import { fileSource } from '@noisesmith/formats/node';
import { drawOf, type Model, type ReadModelOptions, readModel, samplingOptions } from '@noisesmith/runs';
import { parseSampler, type SamplingOptions, samplerSpecUsage } from '@noisesmith/samplers';
import { parseSchedule } from '@noisesmith/schedules';
import { askedBackend, backendFlag } from '../backend';
import { type Command, jsonFlag } from '../command';
import { exitCodes, UsageError, userInput } from '../errors';
import type { Arguments } from '../flags';
import { printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';
import { askedTuning, tuningFlag } from '../run/tuning';
import { type Drawn, drawMissing } from '../samples/draw-missing';
import { drawnWith } from '../samples/drawn-with';
import { openFileStore } from '../samples/file-store';
import { openFolderStore } from '../samples/folder-store';
import { labelsOf, sampleFormat, seedsOf } from '../samples/request';
import type { SampleJob } from '../samples/store';

/** How the run samples, with what the flags say otherwise. */
function optionsOf(args: Arguments, { denoiser, run }: Model): SamplingOptions {
  const stored = samplingOptions(run);
  const options: SamplingOptions = {
    ...stored,
    steps: args.whole('steps', 1) ?? stored.steps,
    sampler: userInput(() => parseSampler(args.text('sampler') ?? String(stored.sampler))),
    schedule: parseSchedule(args.text('schedule') ?? String(stored.schedule)),
    guidance: args.number('guidance') ?? stored.guidance ?? 0,
    batch: args.whole('batch', 1) ?? stored.batch ?? 1,
  };
  if (options.guidance !== 0 && denoiser.classes === 0) {
    throw new UsageError(`--guidance is ${options.guidance}; a network without classes takes none`);
  }
  return options;
}

const weightsOf = (args: Arguments): NonNullable<ReadModelOptions['weights']> => {
  const text = args.text('weights') ?? 'average';
  if (text === 'raw' || text === 'average') return text;
  throw new UsageError(`--weights ${text} is not possible; expected average or raw`);
};

async function readModelFile(file: string, weights: ReadModelOptions['weights']): Promise<Model> {
  await using source = await fileSource(file);
  return await readModel(source, { weights });
}

export const sample: Command = {
  name: 'sample',
  summary: 'draw images from a trained network',
  positionals: [],
  flags: {
    checkpoint: { value: 'FILE', help: 'ema.safetensors or a checkpoint of a run' },
    n: { value: 'N', help: `number of samples, of seeds 0 to N-1 (default 16)` },
    seeds: { value: '0-63', help: 'the seeds themselves' },
    labels: {
      value: '0,3|NAME|all|none',
      help: 'classes by number or name, in turn: seed s has the label s mod their number (default all)',
    },
    steps: { value: 'N', help: 'sampling steps (default: as in the run)' },
    sampler: { value: 'SPEC', help: `${samplerSpecUsage.join(', ')} (default: as in the run)` },
    schedule: { value: 'SPEC', help: 'noise schedule to sample with (default: as in the run)' },
    guidance: { value: 'W', help: '(1 + W) conditional - W unconditional (default: as in the run)' },
    weights: { value: 'average|raw', help: 'of a checkpoint: the moving average (default), or the weights themselves' },
    batch: { value: 'N', help: 'samples that run together; changes speed and memory' },
    ...backendFlag,
    ...tuningFlag,
    out: {
      value: 'FILE',
      help: 'x.png: a grid; x.npz: arr_0 uint8 NHWC, arr_1 labels, class_names; else a folder of PNGs',
    },
    ...jsonFlag,
  },
  details: [
    'A sample depends on its seed and label alone, whatever else is asked for; its last digits depend on the backend and on its kernels.',
    'Samples are kept as they are drawn: after an interruption the same command goes on. What a file is made of lies in',
    'FILE.part until all samples are there. A folder is added to, as long as its samples are drawn in the same way.',
    'Missing folders are made. A name that ends in / is a folder, whatever its ending.',
  ],
  example: '--checkpoint runs/mnist/ema.safetensors --seeds 0-99 --guidance 1 --out samples.png',
  async run(args, context) {
    const file = args.required('checkpoint');
    const out = args.required('out');
    const format = sampleFormat(out);
    const seeds = seedsOf(args);
    const asked = askedTuning(args);
    const prefer = askedBackend(args);
    const model = await readModelFile(file, weightsOf(args));
    const { denoiser } = model;
    const draw = drawOf(seeds, labelsOf(args, denoiser.classes, model.classes));
    const options = optionsOf(args, model);
    const { classes, imageShape: shape } = denoiser;
    const job: SampleJob = {
      out,
      draw,
      shape,
      classes,
      classNames: model.classes,
      drawnWith: drawnWith(model, options),
    };
    await prepareOutput('--out', out, format === 'folder' ? 'folder' : 'file');
    const signal = context.interruptSignal();
    using progress = new Progress(context);
    await using store = await (format === 'folder' ? openFolderStore(job) : openFileStore(job, format));
    const total = seeds.length;
    const missing = store.missing.length;
    if (missing < total) progress.note(`${store.place}: ${total - missing} of ${total} samples are there already`);
    let drawn: Drawn | undefined;
    let kept = total - missing;
    const onKept = (count: number): void => {
      kept += count;
    };
    try {
      if (missing > 0) {
        drawn = await drawMissing(
          { store, job, model, options, prefer, tuning: asked, signal, progress, onKept },
          context,
        );
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      progress.end();
      const there = kept > 0 ? `${kept} of ${total} samples are in ${store.place}` : 'no sample was drawn yet';
      context.err(`interrupted; ${there}; the same command goes on from there\n`);
      return exitCodes.interrupted;
    }
    await store.finish();
    progress.end();
    if (drawn && drawn.notFinite > 0) {
      context.err(`warning: ${drawn.notFinite} samples have pixels that are no finite numbers, shown black\n`);
    }
    if (args.has('json')) {
      const { sampler, schedule, steps, guidance } = job.drawnWith;
      printJson(context, {
        checkpoint: file,
        weights: weightsOf(args),
        out,
        ...draw,
        drawn: missing,
        sampler,
        schedule,
        steps,
        guidance,
        backend: drawn?.backend ?? null,
        tuning: drawn?.tuning.source ?? null,
      });
    } else context.out(`wrote ${total} samples to ${out}\n`);
    return exitCodes.done;
  },
};
