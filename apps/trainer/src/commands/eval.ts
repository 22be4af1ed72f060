import { fileSource, writeFileAtomic } from '@noisesmith/formats/node';
import {
  defaultMetrics,
  type EvaluationProgress,
  type EvaluationSide,
  evaluate,
  type FeatureNetwork,
  type FeatureSet,
  type MetricName,
  metricNames,
  openSide,
} from '@noisesmith/metrics';
import { suggestion } from '@noisesmith/runs';
import { type Command, jsonFlag } from '../command';
import { UsageError } from '../errors';
import { Held } from '../evaluation/held';
import { networkFlags, networkHelp, openNetwork } from '../evaluation/network';
import { imagesOf, pairsPicture } from '../evaluation/pairs-picture';
import { evaluationReport } from '../evaluation/report';
import { openSource, sourceHelp } from '../evaluation/source';
import { unlessInterrupted } from '../evaluation/unless-interrupted';
import type { Arguments } from '../flags';
import { printJson } from '../output';
import { prepareOutput } from '../outputs';
import { Progress } from '../run/progress';

/** @throws UsageError for a name that is none */
function metricsOf(args: Arguments): readonly MetricName[] | undefined {
  const text = args.text('metrics');
  return text?.split(',').map((word) => {
    const found = metricNames.find((name) => name === word.trim());
    if (found === undefined)
      throw new UsageError(`--metrics has ${JSON.stringify(word)}${suggestion(word, metricNames)}`);
    return found;
  });
}

/** Logits that a file holds. @throws UsageError for a file of something else */
async function readLogits(file: string | undefined): Promise<FeatureSet | undefined> {
  if (file === undefined) return undefined;
  await using source = await fileSource(file);
  const { features } = await openSide(source, file);
  if (features === undefined) throw new UsageError(`--logits ${file}: expected an .npy of logits [n, classes]`);
  return features;
}

const share = ({ done, total, what }: EvaluationProgress): string =>
  total === 1 ? `${what}: ${Math.floor(100 * done)} %` : `${what} ${done}/${total}`;

export const evaluation: Command = {
  name: 'eval',
  summary: 'measure samples against a reference: FID, KID, precision and recall, Inception Score, memorisation',
  positionals: [],
  flags: {
    samples: { value: 'X', help: 'what is measured' },
    reference: { value: 'Y', help: 'what it is compared with' },
    metrics: {
      value: 'LIST',
      help: `some of ${metricNames.join(',')} (default fid,kid,pr, or what both sides can give)`,
    },
    ...networkFlags,
    splits: { value: 'N', help: 'of the Inception Score (default 1, as the paper’s authors do; others take 10)' },
    subsets: { value: 'N', help: 'of KID (default 100)' },
    'subset-size': { value: 'N', help: 'of KID (default 1000, or all if there are fewer)' },
    k: { value: 'K', help: 'neighbours that precision and recall look at (default 3)' },
    seed: { value: 'N', help: 'of subsets, directions, parts and --most (default 0)' },
    most: { value: 'N', help: 'at most so many images of each side, drawn by the seed' },
    repeats: { value: 'R', help: 'also R random parts of the samples, each by itself: mean, minimum, maximum' },
    logits: { value: 'L.npy', help: 'logits of the samples, for the Inception Score in place of the network’s' },
    pairs: { value: 'FILE.png', help: 'a picture of the samples that are nearest to the reference; adds memorisation' },
    'held-out': { value: 'Z', help: 'images not trained on, that memorisation compares with; adds memorisation' },
    ...jsonFlag,
  },
  details: [
    ...sourceHelp,
    ...networkHelp,
    'Distances of few images are too large: their size is told. With --repeats the parts are disjoint, of equal size and',
    'drawn by the seed, so that none is of one class alone; one lucky range of seeds is not the FID.',
  ],
  example: '--samples samples.npz --reference photos --metrics fid,kid,pr --json',
  async run(args, context) {
    const repeats = args.whole('repeats', 1) ?? 1;
    const k = args.whole('k', 1) ?? 3;
    const seed = args.whole('seed', 0) ?? 0;
    const numbers = {
      splits: args.whole('splits', 1),
      subsets: args.whole('subsets', 1),
      subsetSize: args.whole('subset-size', 2),
    };
    const most = args.whole('most', 2);
    const picture = args.text('pairs');
    const asked = metricsOf(args);
    if (!args.has('samples') && !args.has('logits')) throw new UsageError('--samples is missing');
    if (picture !== undefined) {
      if (!/\.png$/i.test(picture)) throw new UsageError(`--pairs ${picture}: expected the name of a .png`);
      await prepareOutput('--pairs', picture, 'file');
    }
    const signal = context.interruptSignal();
    using progress = new Progress(context);
    const open = async (flag: string) => {
      const argument = args.text(flag);
      if (argument === undefined) return undefined;
      progress.quiet(`opening ${argument}`);
      return openSource(argument, { most, seed, onWarning: (line) => progress.note(`warning: ${line}`) });
    };
    await using held = new Held();
    const sides: (EvaluationSide | undefined)[] = [];
    for (const flag of ['samples', 'reference', 'held-out']) {
      const opened = await open(flag);
      sides.push(opened && held.add(opened).side);
    }
    const [samples, reference, heldOut] = sides;
    const chosen = new Set(asked ?? defaultMetrics(samples, reference, k));
    if (picture !== undefined || heldOut !== undefined) chosen.add('memorisation');
    if (picture !== undefined) for (const side of [samples, reference]) if (side) imagesOf(side);
    const logits = await readLogits(args.text('logits'));
    return await unlessInterrupted(signal, progress, context, async () => {
      let network: FeatureNetwork | undefined;
      if (sides.some((side) => side?.images)) network = held.add(await openNetwork(args, context, progress));
      const input = {
        ...(samples && { samples }),
        ...(reference && { reference }),
        ...(heldOut && { heldOut }),
        ...(network && { network }),
        ...(logits && { logits }),
      };
      const found = await evaluate(input, {
        metrics: [...chosen],
        ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
        k,
        seed,
        repeats,
        signal,
        onProgress: (step) => progress.quiet(share(step)),
      });
      if (picture !== undefined) {
        await writeFileAtomic(picture, await pairsPicture(found.memorisation!, samples!, reference!));
      }
      progress.end();
      for (const line of found.warnings) progress.note(`warning: ${line}`);
      if (args.has('json')) printJson(context, found);
      else context.out(evaluationReport(found));
    });
  },
};
