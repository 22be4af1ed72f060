import { type Command, jsonFlag } from '../command';
import type { Context } from '../context';
import { exitCodes } from '../errors';
import { dataSpec, inspectData } from '../inspection/data-contents';
import { inspectFile, type Look } from '../inspection/file-contents';
import { dataReport, fileReport } from '../inspection/report';
import { groupedNumber, printJson } from '../output';
import { Progress } from '../run/progress';

/** What was found, as JSON and as text, and in one line what is wrong. */
interface Found {
  readonly json: object;
  readonly text: string;
  readonly wrong: string | undefined;
}

async function look(argument: string, how: Look): Promise<Found> {
  const data = await dataSpec(argument);
  if (data === undefined) {
    const json = await inspectFile(argument, how);
    const [first, ...more] = json.problems;
    const others = more.length > 0 ? ` (and ${more.length} more)` : '';
    return { json, text: fileReport(json), wrong: first && `${argument}: ${first}${others}` };
  }
  const json = await inspectData(data, how);
  const count = json.broken.length;
  const wrong = `${data}: ${groupedNumber(count)} of ${groupedNumber(json.looked)} images do not decode`;
  return { json, text: dataReport(json), wrong: count > 0 && how.check ? wrong : undefined };
}

async function run(
  argument: string,
  { check, json }: Record<'check' | 'json', boolean>,
  context: Context,
): Promise<number> {
  const signal = context.interruptSignal();
  using progress = new Progress(context);
  let found: Found;
  try {
    found = await look(argument, { check, progress, signal });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return exitCodes.interrupted;
  }
  progress.end();
  if (json) printJson(context, found.json);
  else context.out(found.text);
  if (found.wrong === undefined) return exitCodes.done;
  progress.note(`noisesmith: ${found.wrong}`);
  return exitCodes.usage;
}

export const inspect: Command = {
  name: 'inspect',
  summary: 'what is in a safetensors, npz, npy, IDX or torch file, a checkpoint or a data set',
  positionals: ['FILE|DATA'],
  flags: {
    check: { help: 'read all: every image that does not decode, damaged arrays, least, mean and most of values, NaN' },
    ...jsonFlag,
  },
  details: [
    'DATA is a folder of images or what --data of train takes: mnist, emoji, cifar10:FOLDER, folder:PATH,',
    'idx:IMAGES[,LABELS], npz:FILE. Told are its images, the classes with label, name and count, sizes, files that are',
    'left out and why. The exit code is 2 when something is wrong.',
  ],
  example: 'runs/mnist/ema.safetensors',
  run: (args, context) => run(args.positionals[0]!, { check: args.has('check'), json: args.has('json') }, context),
};
