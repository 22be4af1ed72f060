import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource, writeFileAtomic } from '@noisesmith/formats/node';
import {
  chooseTuning,
  classGridPng,
  type Draw,
  describeTuning,
  drawImages,
  drawOf,
  encodePng,
  type Images,
  type Model,
  pick,
  readModel,
  samplesNpz,
  samplingOptions,
} from '@noisesmith/runs';
import { openSampling, parseSampler, type SamplingOptions } from '@noisesmith/samplers';
import { parseSchedule } from '@noisesmith/schedules';
import { type Command, jsonFlag } from '../command';
import { exitCodes, UsageError, userInput } from '../errors';
import type { Arguments } from '../flags';
import { printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';
import { askedTuning, tuningFlag } from '../run/tuning';
import { labelsOf, type SampleFormat, sampleFormat, seedsOf } from '../sampling-request';

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

async function readModelFile(file: string): Promise<Model> {
  await using source = await fileSource(file);
  return await readModel(source);
}

type Writer = (images: Images, draw: Draw) => Promise<void>;

function writerFor(out: string, format: SampleFormat): Writer {
  switch (format) {
    case 'png':
      return (images, { labels }) => writeFileAtomic(out, classGridPng(images, labels));
    case 'npz':
      return (images, { labels }) => writeFileAtomic(out, samplesNpz(images, labels));
    case 'folder':
      return (images, draw) => writeFolder(out, images, draw);
  }
}

/** One PNG per sample, named by its seed, in a folder per label: what `folder:PATH` reads as a labelled set. */
async function writeFolder(out: string, images: Images, { labels, seeds }: Draw): Promise<void> {
  const width = String(Math.max(...labels.map((label) => label ?? 0))).length;
  for (const [i, seed] of seeds.entries()) {
    const label = labels[i] ?? null;
    const folder = label === null ? out : join(out, String(label).padStart(width, '0'));
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, `${String(seed).padStart(6, '0')}.png`), encodePng(pick(images, [i])));
  }
}

export const sample: Command = {
  name: 'sample',
  summary: 'draw images from a trained network',
  positionals: [],
  flags: {
    checkpoint: { value: 'FILE', help: 'ema.safetensors or a checkpoint of a run' },
    n: { value: 'N', help: `number of samples, of seeds 0 to N-1 (default 16)` },
    seeds: { value: '0-63', help: 'the seeds themselves' },
    labels: { value: '0,3|all|none', help: 'classes in turn: seed s has the label s mod their number (default all)' },
    steps: { value: 'N', help: 'sampling steps (default: as in the run)' },
    sampler: { value: 'SPEC', help: 'ddim, ddim@eta, ddpm, ddpm@small (default: as in the run)' },
    schedule: { value: 'SPEC', help: 'noise schedule to sample with (default: as in the run)' },
    guidance: { value: 'W', help: '(1 + W) conditional - W unconditional (default: as in the run)' },
    batch: { value: 'N', help: 'samples that run together; changes speed and memory' },
    ...tuningFlag,
    out: { value: 'FILE', help: 'x.png: a grid; x.npz: arr_0 uint8 NHWC, arr_1 labels; else a folder of PNGs' },
    ...jsonFlag,
  },
  details: [
    'A sample depends on its seed and label alone, whatever else is asked for; its last digits depend on the kernels.',
  ],
  example: '--checkpoint runs/mnist-tiny/ema.safetensors --seeds 0-99 --guidance 1 --out samples.png',
  async run(args, context) {
    const file = args.required('checkpoint');
    const out = args.required('out');
    const format = sampleFormat(out);
    const write = writerFor(out, format);
    const seeds = seedsOf(args);
    const asked = askedTuning(args);
    const model = await readModelFile(file);
    const { denoiser, weights } = model;
    const draw = drawOf(seeds, labelsOf(args, denoiser.classes, model.classes));
    const options = optionsOf(args, model);
    await prepareOutput('--out', out, format === 'folder' ? 'folder' : 'file');
    const signal = context.interruptSignal();
    const progress = new Progress(context);
    using device = await context.openDevice();
    const store = context.openTuningStore((line) => progress.note(`warning: ${line}`));
    const tuning = await chooseTuning(device.profile, asked, store);
    if (tuning.source === 'stored') progress.note(describeTuning(tuning));
    using session = await openSampling(device, denoiser, { ...options, tuning: tuning.table });
    let images: Images;
    try {
      images = await drawImages(session, denoiser, weights, draw, {
        signal,
        onStep: ({ count, first, index, steps }) =>
          progress.count(`samples ${first} to ${first + count - 1} of ${seeds.length}, step`, index + 1, steps),
      });
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      context.err('interrupted; nothing was written\n');
      return exitCodes.interrupted;
    } finally {
      progress.end();
    }
    await write(images, draw);
    if (args.has('json')) {
      const { guidance, steps } = options;
      const { sampler, schedule } = session;
      printJson(context, {
        checkpoint: file,
        out,
        ...draw,
        sampler: sampler.spec,
        schedule: schedule.spec,
        steps,
        guidance,
        tuning: tuning.source,
      });
    } else context.out(`wrote ${seeds.length} samples to ${out}\n`);
    return exitCodes.done;
  },
};
