import { MetricError } from '../errors';
import type { FeatureNetwork } from '../feature-network';
import { checkFeatures, checkSameSize } from '../moments';
import { checkMadeAlike, type MadeBy, type Statistics } from '../statistics-file';
import type { EvaluationInput } from './evaluate';
import { type MetricName, metricNames } from './result';
import type { EvaluationSide } from './side';

/** The network whose statistics others publish without saying so. */
const PUBLISHED_NETWORK = 'inception';

/** Metrics that compare vectors one by one, of both sides. */
export const ofVectors: readonly MetricName[] = ['kid', 'pr', 'mind', 'memorisation'];

const hasVectors = ({ features, images }: EvaluationSide): boolean => images !== undefined || features !== undefined;

const what = ({ features, images, path }: EvaluationSide): string =>
  `${path}, which holds ${images ? 'images' : features ? 'features' : 'statistics'} alone`;

/** How the features of a network are made. */
export const madeByNetwork = ({ digest, name, resize }: FeatureNetwork): MadeBy => ({ network: name, digest, resize });

/** How statistics were made: those that do not say it are taken for ones that others publish. */
export const madeOf = (statistics: Statistics): MadeBy => ({
  network: statistics.network ?? PUBLISHED_NETWORK,
  ...(statistics.digest !== undefined && { digest: statistics.digest }),
  ...(statistics.resize !== undefined && { resize: statistics.resize }),
});

/** How the features of a side are made, as far as it is known. */
function madeOfSide({ images, statistics }: EvaluationSide, network: FeatureNetwork | undefined): MadeBy {
  if (images !== undefined && network !== undefined) return madeByNetwork(network);
  return statistics === undefined ? {} : madeOf(statistics);
}

/** Length of the feature vectors of a side. */
const sizeOfSide = ({ features, images, statistics }: EvaluationSide, network: FeatureNetwork | undefined): number =>
  images !== undefined && network !== undefined
    ? network.featureSize
    : (features?.size ?? statistics!.moments.mean.length);

function checkCount(side: EvaluationSide, kind: string): void {
  const { features, images, path } = side;
  const count = images?.count ?? features?.count ?? side.statistics?.moments.count;
  if (count !== undefined && count < 2) {
    throw new MetricError(`${path}: ${count} ${count === 1 ? kind.replace(/s$/, '') : kind}; at least 2 are needed`);
  }
}

function checkMetric(name: MetricName, { logits, network, reference, samples }: EvaluationInput): void {
  if (name === 'is') {
    if (logits === undefined && samples?.images === undefined) {
      throw new MetricError(`is needs images or logits${samples ? `, not ${what(samples)}` : ''}`);
    }
    if (logits === undefined && network?.classes === undefined) {
      throw new MetricError(`is needs logits, and the network ${network?.name} has none`);
    }
    return;
  }
  if (samples === undefined) throw new MetricError(`${name} needs samples`);
  if (reference === undefined) throw new MetricError(`${name} needs a reference to compare the samples with`);
  if (name === 'fid') return;
  if (name === 'sfid') {
    for (const side of [samples, reference]) {
      const ofImages = side.images !== undefined && network?.spatialSize !== undefined;
      if (ofImages || side.statistics?.spatial !== undefined) continue;
      if (side.images === undefined) throw new MetricError(`sfid needs images, not ${what(side)}`);
      throw new MetricError(`sfid needs spatial features, and the network ${network?.name} has none`);
    }
    return;
  }
  const sides = ofVectors.includes(name) ? [samples, reference] : [samples];
  const statistics = sides.find((side) => !hasVectors(side));
  if (statistics !== undefined) throw new MetricError(`${name} needs images or features, not ${what(statistics)}`);
}

/**
 * Looks at what is asked for before the work begins.
 * @throws MetricError, one line, for what a side cannot give, fewer than two images, or sides that were not made alike
 */
export function checkInput(input: EvaluationInput, metrics: readonly MetricName[], repeats: number): void {
  const { heldOut, logits, network, reference, samples } = input;
  if (metrics.length === 0) throw new MetricError(`nothing to measure; expected some of ${metricNames.join(', ')}`);
  const sides = [samples, reference, heldOut].filter((side) => side !== undefined);
  if (network === undefined) {
    const images = sides.find((side) => side.images !== undefined);
    if (images !== undefined) throw new MetricError(`${images.path}: images need a network to make features of them`);
  }
  for (const name of metrics) checkMetric(name, input);
  if (heldOut !== undefined && !hasVectors(heldOut)) {
    throw new MetricError(`held-out images need images or features, not ${what(heldOut)}`);
  }
  for (const side of sides) checkCount(side, side.features ? 'vectors' : 'images');
  for (const { features, path } of sides) if (features !== undefined) checkFeatures(features, path);
  for (const side of [reference, heldOut]) {
    if (samples === undefined || side === undefined) continue;
    checkMadeAlike(madeOfSide(side, network), madeOfSide(samples, network), side.path, samples.path);
    checkSameSize(sizeOfSide(samples, network), sizeOfSide(side, network), samples.path, side.path);
  }
  if (repeats === 1) return;
  const count = samples?.images?.count ?? samples?.features?.count ?? logits?.count;
  if (count === undefined) throw new MetricError(`repeats need images or features, not ${what(samples!)}`);
  if (count < 2 * repeats) throw new MetricError(`${count} samples are too few for ${repeats} repeats of at least 2`);
}
