import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileSource, writeFileAtomic } from '@noisesmith/formats/node';
import { convertInceptionWeights, fidWeightsFile } from '@noisesmith/metrics';
import { type Command, jsonFlag } from '../command';
import type { Context } from '../context';
import { exitCodes, UsageError, WorkError } from '../errors';
import { exists } from '../files';
import type { Arguments } from '../flags';
import { byteSize, printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';
import { fidWeightsPath, weightsFolder } from '../weights/cache';
import { download } from '../weights/download';

interface Written {
  readonly file: string;
  /** SHA-256 of the file they are from. */
  readonly sha256: string;
  readonly origin: string;
}

/** Converts a file of torch.save, and looks at its digest unless it goes elsewhere than into the cache. */
async function convert(file: string, out: string, origin: string, verified: boolean): Promise<Written> {
  await using source = await fileSource(file);
  const options = { origin, sha256: verified ? fidWeightsFile.sha256 : undefined };
  const { digest, parts } = await convertInceptionWeights(source, options);
  await writeFileAtomic(out, parts);
  return { file: out, sha256: digest, origin };
}

function tell({ file, origin, sha256 }: Written, args: Arguments, context: Context): number {
  if (args.has('json')) printJson(context, { file, origin, sha256 });
  else context.out(`wrote ${file}, from ${origin} with SHA-256 ${sha256}\n`);
  return exitCodes.done;
}

/** Downloads from one address after another, until one has the file. @returns the address */
async function downloadFromAny(urls: readonly string[], part: string, signal: AbortSignal, progress: Progress) {
  const failures: string[] = [];
  for (const url of urls) {
    try {
      progress.quiet(`asking ${url}`);
      await download(url, part, fidWeightsFile, {
        signal,
        onProgress: (done, total) => progress.quiet(`${url}: ${byteSize(done)} of ${byteSize(total)}`),
      });
      return url;
    } catch (error) {
      if (!(error instanceof WorkError)) throw error;
      failures.push(error.message);
    }
  }
  throw new WorkError(
    `${failures.join('; ')}; bring the file ${fidWeightsFile.name} here by other means, then: noisesmith weights convert FILE`,
  );
}

async function fetchWeights(args: Arguments, context: Context): Promise<number> {
  const out = fidWeightsPath();
  if (args.has('out')) throw new UsageError('--out is of weights convert; weights fetch writes into the cache folder');
  if ((await exists(out)) && !args.has('again')) {
    const about = { file: out, sha256: fidWeightsFile.sha256 };
    if (args.has('json')) printJson(context, { ...about, origin: null });
    else context.out(`${out} is there already\n`);
    return exitCodes.done;
  }
  const signal = context.interruptSignal();
  using progress = new Progress(context);
  await mkdir(weightsFolder(), { recursive: true });
  const part = join(weightsFolder(), `${fidWeightsFile.name}.part`);
  const given = args.text('url');
  let origin: string;
  try {
    signal.throwIfAborted();
    origin = await downloadFromAny(given === undefined ? fidWeightsFile.urls : [given], part, signal, progress);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.end();
    context.err(`interrupted; the same command goes on from what is in ${part}\n`);
    return exitCodes.interrupted;
  }
  progress.quiet('converting');
  const written = await convert(part, out, origin, true);
  await rm(part, { force: true });
  progress.end();
  return tell(written, args, context);
}

async function convertWeights(args: Arguments, context: Context): Promise<number> {
  const file = args.positionals[1];
  if (file === undefined) throw new UsageError('weights convert: FILE is missing; the .pth of torch.save');
  for (const flag of ['url', 'again']) if (args.has(flag)) throw new UsageError(`--${flag} is of weights fetch`);
  const given = args.text('out');
  if (given !== undefined) await prepareOutput('--out', given, 'file');
  else await mkdir(dirname(fidWeightsPath()), { recursive: true });
  return tell(await convert(file, given ?? fidWeightsPath(), file, given === undefined), args, context);
}

export const weights: Command = {
  name: 'weights',
  summary: 'the FID network’s weights into the cache folder: fetch, or convert FILE',
  positionals: ['fetch|convert', '[FILE]'],
  flags: {
    url: { value: 'URL', help: 'of fetch: another place that has the file' },
    again: { help: 'of fetch: also when the weights are there already' },
    out: {
      value: 'W.safetensors',
      help: 'of convert: write there, whatever the digest; for --network weights:W.safetensors',
    },
    ...jsonFlag,
  },
  details: [
    `fetch downloads ${fidWeightsFile.name} (${byteSize(fidWeightsFile.bytes)}), checks its SHA-256 and converts it, once; after an`,
    'interruption it goes on. convert does so with a file that is here: any layout of torch.save is read, and nothing in it',
    'is run. The cache folder is noisesmith/weights in $XDG_CACHE_HOME or ~/.cache.',
  ],
  example: 'fetch',
  async run(args, context) {
    const [action, file] = args.positionals;
    if (action === 'fetch') {
      if (file !== undefined) throw new UsageError(`weights fetch: unexpected argument ${JSON.stringify(file)}`);
      return fetchWeights(args, context);
    }
    if (action === 'convert') return convertWeights(args, context);
    throw new UsageError(`weights ${action}: expected fetch or convert`);
  },
};
