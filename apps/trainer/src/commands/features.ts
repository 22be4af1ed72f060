import { writeNpy } from '@noisesmith/formats';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { collectFeatures, type FeatureSet } from '@noisesmith/metrics';
import { type Command, jsonFlag } from '../command';
import { UsageError } from '../errors';
import { Held } from '../evaluation/held';
import { networkFlags, networkHelp, openNetwork } from '../evaluation/network';
import { openSource, sourceHelp } from '../evaluation/source';
import { unlessInterrupted } from '../evaluation/unless-interrupted';
import { groupedNumber, printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';

const npy = ({ count, rows, size }: FeatureSet): Uint8Array<ArrayBuffer> =>
  writeNpy({ dtype: 'F32', shape: [count, size], data: rows as Float32Array });

export const features: Command = {
  name: 'features',
  summary: 'features of images, as a network gives them',
  positionals: ['SOURCE'],
  flags: {
    ...networkFlags,
    out: { value: 'F.npy', help: 'float32 [n, features], a row for each image in order' },
    logits: { value: 'L.npy', help: 'also the logits [n, classes]' },
    most: { value: 'N', help: 'at most so many images, drawn by the seed' },
    seed: { value: 'N', help: 'of --most (default 0)' },
    ...jsonFlag,
  },
  details: [...sourceHelp.map((line) => line.replace('X and Y are', 'SOURCE is')), ...networkHelp],
  example: 'photos --out photos.npy',
  async run(args, context) {
    const [argument] = args.positionals as [string];
    const out = args.required('out');
    const logitsOut = args.text('logits');
    const options = { most: args.whole('most', 1), seed: args.whole('seed', 0) };
    const outputs = [['--out', out] as const, ...(logitsOut === undefined ? [] : [['--logits', logitsOut] as const])];
    for (const [flag, path] of outputs) {
      if (!/\.npy$/i.test(path)) throw new UsageError(`${flag} ${path}: expected the name of an .npy`);
      await prepareOutput(flag, path, 'file');
    }
    const signal = context.interruptSignal();
    using progress = new Progress(context);
    const warn = (line: string): void => progress.note(`warning: ${line}`);
    await using held = new Held();
    const { side } = held.add(await openSource(argument, { ...options, onWarning: warn }));
    const { images, path } = side;
    if (images === undefined) throw new UsageError(`${path}: expected images, to make features of`);
    return await unlessInterrupted(signal, progress, context, async () => {
      const network = held.add(await openNetwork(args, context, progress));
      const found = await collectFeatures(images, network, {
        keep: true,
        request: { logits: logitsOut !== undefined },
        signal,
        onProgress: (done, total) => progress.count(`features of ${path}`, done, total),
        onBroken: ({ name, reason }) => warn(`${name}: ${reason}; left out`),
      });
      await writeFileAtomic(out, npy(found.pool.whole.set!));
      if (logitsOut !== undefined) await writeFileAtomic(logitsOut, npy(found.logits!.whole.set!));
      progress.end();
      if (network.caveat !== undefined) warn(`${network.name}: ${network.caveat}`);
      for (const line of images.warnings) warn(line);
      const { digest: weights, featureSize: size, name, resize } = network;
      const about = {
        source: { path, count: found.count, format: images.format },
        network: name,
        weights,
        resize,
        size,
      };
      if (args.has('json'))
        printJson(context, { ...about, out, ...(logitsOut !== undefined && { logits: logitsOut }) });
      else context.out(`wrote ${groupedNumber(found.count)} rows of ${size} features to ${out}\n`);
    });
  },
};
