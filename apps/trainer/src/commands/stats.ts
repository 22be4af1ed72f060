import { writeFileAtomic } from '@noisesmith/formats/node';
import {
  collectFeatures,
  type EvaluationSide,
  type FeatureNetwork,
  type MadeBy,
  momentsOf,
  type Statistics,
  statisticsParts,
} from '@noisesmith/metrics';
import { type Command, jsonFlag } from '../command';
import { UsageError } from '../errors';
import { Held } from '../evaluation/held';
import { networkFlags, networkHelp, openNetwork } from '../evaluation/network';
import { openSource, sourceHelp } from '../evaluation/source';
import { unlessInterrupted } from '../evaluation/unless-interrupted';
import { groupedNumber, printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';

interface StatisticsWork {
  readonly side: EvaluationSide;
  readonly spatial: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

async function ofImages(
  { progress, side, signal, spatial }: StatisticsWork,
  network: FeatureNetwork,
): Promise<Statistics> {
  const { images, path } = side;
  const made: MadeBy = { network: network.name, digest: network.digest, resize: network.resize };
  const found = await collectFeatures(images!, network, {
    request: { spatial },
    keptBytes: 0,
    signal,
    onProgress: (done, total) => progress.count(`features of ${path}`, done, total),
    onBroken: ({ name, reason }) => progress.note(`warning: ${name}: ${reason}; left out`),
  });
  const moments = await found.pool.whole.moments({ signal });
  return { moments, ...(found.spatial && { spatial: await found.spatial.whole.moments({ signal }) }), ...made };
}

export const stats: Command = {
  name: 'stats',
  summary: 'reference statistics of images or features, for eval and for others’ evaluators',
  positionals: ['SOURCE'],
  flags: {
    ...networkFlags,
    out: { value: 'STATS.npz', help: 'mu, sigma, n, and how they were made' },
    spatial: { help: 'also mu_s and sigma_s, of the spatial features that sFID compares' },
    most: { value: 'N', help: 'at most so many images, drawn by the seed' },
    seed: { value: 'N', help: 'of --most (default 0)' },
    ...jsonFlag,
  },
  details: [
    ...sourceHelp.map((line) => line.replace('X and Y are', 'SOURCE is')),
    ...networkHelp,
    'The file is read by pytorch-fid, EDM, clean-fid and guided-diffusion. Memory does not grow with the number of images.',
  ],
  example: 'photos --out photos.npz',
  async run(args, context) {
    const [argument] = args.positionals as [string];
    const out = args.required('out');
    const options = { most: args.whole('most', 2), seed: args.whole('seed', 0) };
    if (!/\.npz$/i.test(out)) throw new UsageError(`--out ${out}: expected the name of an .npz`);
    await prepareOutput('--out', out, 'file');
    const signal = context.interruptSignal();
    using progress = new Progress(context);
    const warn = (line: string): void => progress.note(`warning: ${line}`);
    await using held = new Held();
    const { side } = held.add(await openSource(argument, { ...options, onWarning: warn }));
    const { features, images, path } = side;
    if (features === undefined && images === undefined) throw new UsageError(`${path}: holds statistics already`);
    const spatial = args.has('spatial');
    if (spatial && images === undefined) throw new UsageError(`--spatial needs images, and ${path} holds features`);
    return await unlessInterrupted(signal, progress, context, async () => {
      const network = images && held.add(await openNetwork(args, context, progress));
      const found: Statistics = network
        ? await ofImages({ side, spatial, signal, progress }, network)
        : { moments: momentsOf(features!) };
      await writeFileAtomic(out, statisticsParts(found));
      progress.end();
      if (network?.caveat !== undefined) warn(`${network.name}: ${network.caveat}`);
      for (const line of images?.warnings ?? []) warn(line);
      const { count = 0, mean } = found.moments;
      const source = { path, count, format: images?.format ?? 'features' };
      const { digest: weights = null, network: name = null, resize = null } = found;
      if (args.has('json')) printJson(context, { source, network: name, weights, resize, size: mean.length, out });
      else context.out(`wrote the statistics of ${groupedNumber(count)} images to ${out}\n`);
    });
  },
};
