import type { BrokenImage } from '@noisesmith/data';
import { MetricError } from '../errors';
import type { FeatureNetwork, FeatureRequest } from '../feature-network';
import { imageBatches } from '../images/batches';
import type { ImageSet } from '../images/image-set';
import { type FeatureSet, pickRows } from '../moments';
import { FeatureStatistics } from '../statistics';
import { FeatureCloud } from './cloud';
import { partOf } from './parts';

/** Vectors of up to this many bytes are kept: what is computed from them takes less than from statistics. */
const KEPT_BYTES = 2 ** 28;
/** Elements of an array; Node 20 ends here. */
const MOST_ELEMENTS = 2 ** 32;

export interface CollectOptions {
  readonly request?: FeatureRequest;
  /** Keep vectors, whatever memory it takes. Else those of many images become statistics at once. */
  readonly keep?: boolean;
  /** Vectors of up to this many bytes are kept anyway. Default 256 MiB. */
  readonly keptBytes?: number;
  /** Random parts of equal size in which the set is also looked at, and the seed by which they are drawn. Default 1. */
  readonly parts?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onBroken?: (image: BrokenImage) => void;
}

/** One kind of features of a set: whole, and by random parts. */
export interface Collected {
  readonly whole: FeatureCloud;
  readonly parts: readonly FeatureCloud[];
}

/** What a network says of a set of images. */
export interface CollectedFeatures {
  /** Of the images that decode. */
  readonly count: number;
  /** `[count]`: which image of the set each vector is of. */
  readonly indices: readonly number[];
  readonly pool: Collected;
  readonly spatial?: Collected;
  readonly logits?: Collected;
}

/** Takes vectors as they come, and keeps them or their statistics. */
class Collector {
  private readonly rows: Float32Array | undefined;
  private readonly statistics: readonly FeatureStatistics[];
  /** Of vectors that are in no part, where the parts do not come out even. */
  private readonly rest: FeatureStatistics;
  private readonly ofPart: number[][];
  private filled = 0;

  constructor(
    private readonly size: number,
    private readonly total: number,
    private readonly parts: number,
    private readonly seed: number,
    keep: boolean,
  ) {
    if (keep && total * size >= MOST_ELEMENTS) {
      throw new MetricError(`${total} vectors of ${size} features do not fit into one array; take fewer images`);
    }
    this.rows = keep ? new Float32Array(total * size) : undefined;
    this.ofPart = Array.from({ length: parts }, () => []);
    this.statistics = this.rows ? [] : this.ofPart.map(() => new FeatureStatistics(size));
    this.rest = new FeatureStatistics(size);
  }

  /** @param rows [n, size] @param indices [n], of the images */
  add(rows: Float32Array, indices: readonly number[]): void {
    const { size } = this;
    if (rows.length !== indices.length * size) {
      throw new MetricError(
        `the network gave ${rows.length} numbers for ${indices.length} images, ${size} each expected`,
      );
    }
    const inPart = Array.from({ length: this.parts + 1 }, (): number[] => []);
    indices.forEach((index, i) => {
      inPart[partOf(index, this.total, this.parts, this.seed)]!.push(i);
    });
    if (this.rows !== undefined) {
      this.rows.set(rows, this.filled * size);
      this.ofPart.forEach((all, part) => {
        all.push(...inPart[part]!.map((i) => this.filled + i));
      });
    } else {
      const set = { count: indices.length, size, rows };
      inPart.forEach((chosen, part) => {
        (this.statistics[part] ?? this.rest).add(pickRows(set, chosen).rows);
      });
    }
    this.filled += indices.length;
  }

  finish(): Collected {
    const { filled: count, size } = this;
    if (this.rows === undefined) {
      const whole = new FeatureStatistics(size);
      for (const one of [...this.statistics, this.rest]) whole.merge(one);
      return { whole: FeatureCloud.ofStatistics(whole), parts: this.statistics.map(FeatureCloud.ofStatistics) };
    }
    const whole: FeatureSet = { count, size, rows: this.rows.subarray(0, count * size) };
    const parts = this.parts === 1 ? [whole] : this.ofPart.map((rows) => pickRows(whole, rows));
    return { whole: FeatureCloud.ofSet(whole), parts: parts.map(FeatureCloud.ofSet) };
  }
}

/** Vectors that are there already, whole and by random parts. */
export function collected(whole: FeatureSet, parts: number, seed: number): Collected {
  if (parts === 1) return { whole: FeatureCloud.ofSet(whole), parts: [FeatureCloud.ofSet(whole)] };
  const rows = Array.from({ length: parts + 1 }, (): number[] => []);
  for (let i = 0; i < whole.count; i++) rows[partOf(i, whole.count, parts, seed)]!.push(i);
  const clouds = rows.slice(0, parts).map((chosen) => FeatureCloud.ofSet(pickRows(whole, chosen)));
  return { whole: FeatureCloud.ofSet(whole), parts: clouds };
}

/** Size of a kind of features. @throws MetricError where the network has none of that kind */
function sizeOf(network: FeatureNetwork, kind: 'spatialSize' | 'classes', what: string): number {
  const size = network[kind];
  if (size === undefined) throw new MetricError(`the network ${network.name} has no ${what}`);
  return size;
}

/**
 * Features of all images of a set, in order.
 * @throws MetricError for a request that the network does not meet, DataError for too many broken images
 */
export async function collectFeatures(
  set: Pick<ImageSet, 'count' | 'images'>,
  network: FeatureNetwork,
  {
    keep = false,
    keptBytes = KEPT_BYTES,
    onBroken,
    onProgress,
    parts = 1,
    request = {},
    seed = 0,
    signal,
  }: CollectOptions = {},
): Promise<CollectedFeatures> {
  const collector = (size: number, always = keep) =>
    new Collector(size, set.count, parts, seed, always || set.count * size * 4 <= keptBytes);
  const spatial = request.spatial ? collector(sizeOf(network, 'spatialSize', 'spatial features')) : undefined;
  const logits = request.logits ? collector(sizeOf(network, 'classes', 'logits'), true) : undefined;
  const pool = collector(network.featureSize);
  const indices: number[] = [];
  for await (const batch of imageBatches(set, network, { signal, ...(onBroken && { onBroken }) })) {
    const features = await network.features(batch, request);
    signal?.throwIfAborted();
    pool.add(features.pool, batch.indices);
    if (features.spatial) spatial?.add(features.spatial, batch.indices);
    if (features.logits) logits?.add(features.logits, batch.indices);
    indices.push(...batch.indices);
    onProgress?.(batch.indices.at(-1)! + 1, set.count);
  }
  return {
    count: indices.length,
    indices,
    pool: pool.finish(),
    ...(spatial && { spatial: spatial.finish() }),
    ...(logits && { logits: logits.finish() }),
  };
}
