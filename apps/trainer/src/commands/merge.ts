import { resolve } from 'node:path';
import {
  type LazyArray,
  type NpzFile,
  npzParts,
  openNpz,
  type PartedArray,
  partedArray,
  partedTexts,
} from '@noisesmith/formats';
import { type FileSource, fileSource, writeFileAtomic } from '@noisesmith/formats/node';
import { mergeStatistics, npzContents, readStatistics, statisticsParts } from '@noisesmith/metrics';
import { type Command, jsonFlag } from '../command';
import { UsageError } from '../errors';
import { Held } from '../evaluation/held';
import { unlessInterrupted } from '../evaluation/unless-interrupted';
import { groupedNumber, printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';

/** Bytes of images that are copied at a time. */
const BLOCK_BYTES = 2 ** 22;

/** A shard of samples. */
interface SampleShard {
  readonly path: string;
  readonly file: NpzFile;
  readonly images: LazyArray;
}

async function* copied(shards: readonly SampleShard[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const { images } of shards) {
    const each = images.shape.slice(1).reduce((product, extent) => product * extent, 1);
    for await (const block of images.blocks(Math.max(1, Math.floor(BLOCK_BYTES / each)))) {
      signal.throwIfAborted();
      yield block.data as Uint8Array;
    }
  }
}

/** Labels of all shards, where all have them. @throws UsageError for labels that are no int32, as `sample` writes them */
async function mergedLabels(shards: readonly SampleShard[]): Promise<PartedArray | undefined> {
  if (!shards.every(({ file }) => file.has('arr_1'))) return undefined;
  const pieces: number[] = [];
  for (const { file, path } of shards) {
    const { data, dtype } = await file.entry('arr_1').read();
    if (!/^[IU](8|16|32|64)$/.test(dtype))
      throw new UsageError(`${path}: labels arr_1 are ${dtype}, expected whole numbers`);
    for (const label of data) pieces.push(Number(label));
  }
  return partedArray('arr_1', { dtype: 'I32', shape: [pieces.length], data: Int32Array.from(pieces) });
}

/** Names of the classes, where all shards have them. @throws UsageError where the same label is called otherwise */
async function mergedNames(shards: readonly SampleShard[]): Promise<PartedArray | undefined> {
  if (!shards.every(({ file }) => file.has('class_names'))) return undefined;
  const all = await Promise.all(shards.map(({ file }) => file.text('class_names')));
  const [first] = all as [readonly string[]];
  for (const [i, names] of all.entries()) {
    if (JSON.stringify(names) === JSON.stringify(first)) continue;
    const [mine, theirs] = [names, first].map((list) => list.slice(0, 5).join(', '));
    throw new UsageError(`${shards[i]!.path}: class_names are ${mine}…, those of ${shards[0]!.path} ${theirs}…`);
  }
  return partedTexts('class_names', first);
}

async function mergeSamples(paths: readonly string[], sources: readonly FileSource[], signal: AbortSignal) {
  const shards = await Promise.all(
    sources.map(async (source, i): Promise<SampleShard> => {
      const file = await openNpz(source);
      return { path: paths[i]!, file, images: file.entry('arr_0') };
    }),
  );
  const [first] = shards as [SampleShard, ...SampleShard[]];
  for (const { images, path } of shards) {
    const [a, b] = [images, first.images].map(({ dtype, shape }) => `${dtype} [${shape.slice(1).join(', ')}]`);
    if (images.dtype !== 'U8') throw new UsageError(`${path}: images arr_0 are ${images.dtype}, expected U8`);
    if (a !== b) throw new UsageError(`${path}: images are ${a}, those of ${first.path} ${b}`);
  }
  const count = shards.reduce((sum, { images }) => sum + images.shape[0]!, 0);
  const labels = await mergedLabels(shards);
  const names = labels && (await mergedNames(shards));
  const shape = [count, ...first.images.shape.slice(1)];
  const parts = npzParts([
    { name: 'arr_0', dtype: 'U8', shape, data: () => copied(shards, signal) },
    ...(labels ? [labels] : []),
    ...(names ? [names] : []),
  ]);
  return { count, parts };
}

export const merge: Command = {
  name: 'merge',
  summary: 'shards of statistics, or of samples, as if made in one go',
  positionals: ['A…'],
  flags: {
    out: { value: 'C.npz', help: 'what all of them make together' },
    ...jsonFlag,
  },
  details: [
    'Statistics are .npz files of stats, made by one network; samples are .npz files of sample, whose images and labels are',
    'put one behind the other in the order that is given; names of classes are kept where all shards have them.',
  ],
  example: 'part-0.npz part-1.npz --out whole.npz',
  async run(args, context) {
    const paths = args.positionals;
    const out = args.required('out');
    if (!/\.npz$/i.test(out)) throw new UsageError(`--out ${out}: expected the name of an .npz`);
    const same = paths.find((path) => resolve(path) === resolve(out));
    if (same !== undefined) throw new UsageError(`--out ${out}: one of the shards; expected another file`);
    await prepareOutput('--out', out, 'file');
    const signal = context.interruptSignal();
    using progress = new Progress(context);
    await using held = new Held();
    return await unlessInterrupted(signal, progress, context, async () => {
      signal.throwIfAborted();
      const sources: FileSource[] = [];
      for (const path of paths) sources.push(held.add(await fileSource(path)));
      const contents = await Promise.all(sources.map(npzContents));
      const odd = contents.findIndex(({ images }) => images !== contents[0]!.images);
      if (odd > 0) throw new UsageError(`${paths[odd]}: of another kind than ${paths[0]}: images with statistics`);
      let count: number;
      const images = contents[0]!.images;
      if (images) {
        const merged = await mergeSamples(paths, sources, signal);
        count = merged.count;
        await writeFileAtomic(out, merged.parts);
      } else {
        const shards = [];
        for (const [i, source] of sources.entries()) {
          shards.push({ name: paths[i]!, statistics: await readStatistics(source) });
        }
        const merged = mergeStatistics(shards);
        count = merged.moments.count!;
        await writeFileAtomic(out, statisticsParts(merged));
      }
      const what = images ? 'samples' : 'statistics';
      if (args.has('json')) printJson(context, { shards: paths, what, count, out });
      else context.out(`wrote ${images ? '' : 'the statistics of '}${groupedNumber(count)} images to ${out}\n`);
    });
  },
};
