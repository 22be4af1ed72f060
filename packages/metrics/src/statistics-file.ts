import {
  type LazyArray,
  type NpzFile,
  npzParts,
  openNpy,
  openNpz,
  type PartedArray,
  type Parts,
  partedArray,
  type RangeSource,
} from '@noisesmith/formats';
import { MetricError } from './errors';
import { checkMoments, type FeatureSet, type Moments } from './moments';

/** How features were made: two sets of them can be compared only if it is the same. */
export interface MadeBy {
  /** The network's name, such as `inception`. */
  readonly network?: string;
  /** SHA-256 of its weights, in hex. */
  readonly digest?: string;
  /** How images became its input, such as `half-pixel`. */
  readonly resize?: string;
}

/** Statistics of a set of images, and how they were made, as far as it is known. */
export interface Statistics extends MadeBy {
  /** Of pool3, or whatever the features are. */
  readonly moments: Moments;
  /** Of the spatial features that sFID compares. */
  readonly spatial?: Moments;
}

/** What stands in an npz archive that metrics can take. */
export interface NpzContents {
  /** `arr_0` of images: [n, height, width, channels]. */
  readonly images: boolean;
  readonly statistics: boolean;
  readonly spatialStatistics: boolean;
  /** `feats`, or another array of vectors: [n, size]. */
  readonly features: boolean;
}

/** Names of mean and covariance: EDM, pytorch-fid, clean-fid, guided-diffusion; TF-GAN and pix2seq; lucidrains. */
const pairs = [
  ['mu', 'sigma'],
  ['mu', 'cov'],
  ['m2', 's2'],
] as const;
const spatialPair = ['mu_s', 'sigma_s'] as const;
/** Names of arrays of feature vectors: clean-fid's, and what NumPy calls the first array. */
const featureNames = ['feats', 'features', 'arr_0'] as const;
const countNames = ['n', 'num_images'] as const;
const madeNames = ['network', 'digest', 'resize'] as const;

/** Larger covariances take more than a GiB. */
const MOST_FEATURES = 8192;
const LONGEST_NAME = 1000;

const at = (source: RangeSource, what: string): string =>
  source.name === undefined ? what : `${source.name}: ${what}`;

/** The pair of names an archive has, if any. */
const pairOf = (file: NpzFile): readonly [string, string] | undefined =>
  pairs.find(([mean, covariance]) => file.has(mean) && file.has(covariance));

/** An array as 64-bit numbers. @throws MetricError for one of another type */
async function numbers(array: LazyArray, place: string): Promise<Float64Array> {
  if (array.dtype !== 'F64' && array.dtype !== 'F32') {
    throw new MetricError(`${place} is ${array.dtype}, expected 32 or 64-bit floats`);
  }
  const { data } = await array.read();
  return data instanceof Float64Array ? data : Float64Array.from(data as Float32Array);
}

async function readMoments(
  file: NpzFile,
  [meanName, covarianceName]: readonly [string, string],
  source: RangeSource,
  count: number | undefined,
): Promise<Moments> {
  const meanEntry = file.entry(meanName);
  const covarianceEntry = file.entry(covarianceName);
  const size = meanEntry.shape[0] ?? 0;
  if (meanEntry.shape.length !== 1 || size < 1 || size > MOST_FEATURES) {
    throw new MetricError(
      at(
        source,
        `"${meanName}" has shape [${meanEntry.shape}], expected one mean for each of 1 to ${MOST_FEATURES} features`,
      ),
    );
  }
  if (covarianceEntry.shape.length !== 2 || covarianceEntry.shape.some((extent) => extent !== size)) {
    throw new MetricError(
      at(
        source,
        `"${covarianceName}" has shape [${covarianceEntry.shape}] beside a mean of ${size}, expected [${size},${size}]`,
      ),
    );
  }
  const moments: Moments = {
    ...(count !== undefined && { count }),
    mean: await numbers(meanEntry, at(source, `"${meanName}"`)),
    covariance: await numbers(covarianceEntry, at(source, `"${covarianceName}"`)),
  };
  checkMoments(moments, source.name ?? 'the statistics');
  return moments;
}

/** A whole number in an archive, of any numeric type; undefined where there is none. */
async function readCount(file: NpzFile): Promise<number | undefined> {
  const name = countNames.find((candidate) => file.has(candidate));
  if (name === undefined) return undefined;
  const entry = file.entry(name);
  if (entry.shape.some((extent) => extent !== 1) || entry.dtype === 'F16' || entry.dtype === 'BF16') return undefined;
  return Number((await entry.read()).data[0]);
}

/** How the features were made, from members that hold UTF-8 bytes, as {@link statisticsParts} writes them. */
async function readMadeBy(file: NpzFile): Promise<MadeBy> {
  const made: Partial<Record<(typeof madeNames)[number], string>> = {};
  for (const name of madeNames) {
    if (!file.has(name)) continue;
    try {
      const entry = file.entry(name);
      if (entry.dtype !== 'U8' || entry.shape.length !== 1 || entry.shape[0]! > LONGEST_NAME) continue;
      made[name] = new TextDecoder().decode((await entry.read()).data as Uint8Array);
    } catch (error) {
      // Someone else's member of that name, of a type that cannot be read.
      if ((error as Error).name !== 'FormatError') throw error;
    }
  }
  return made;
}

/** What an npz archive holds, from its directory and headers alone. @throws FormatError for what is no such archive */
export async function npzContents(source: RangeSource): Promise<NpzContents> {
  const file = await openNpz(source);
  const dimensions = (name: string) => (file.has(name) ? file.entry(name).shape.length : 0);
  return {
    images: dimensions('arr_0') === 4 || dimensions('arr_0') === 3,
    statistics: pairOf(file) !== undefined,
    spatialStatistics: file.has(spatialPair[0]) && file.has(spatialPair[1]),
    features: featureNames.some((name) => dimensions(name) === 2),
  };
}

/**
 * Statistics from an npz archive of EDM, pytorch-fid, clean-fid, guided-diffusion (whose images it does not read), TF-GAN, or
 * {@link statisticsParts}: a mean `mu` with a covariance `sigma` or `cov`, and `mu_s` with `sigma_s` for sFID.
 * @param source an archive of any size, of which only these members are read
 * @throws FormatError for a broken archive, MetricError for one without statistics, or with such as cannot be
 */
export async function readStatistics(source: RangeSource): Promise<Statistics> {
  const file = await openNpz(source);
  const names = pairOf(file);
  if (!names) {
    const has =
      file.names.length > 0
        ? file.names
            .slice(0, 8)
            .map((name) => `"${name}"`)
            .join(', ')
        : 'nothing';
    throw new MetricError(at(source, `no statistics; expected "mu" with "sigma" or "cov", it has ${has}`));
  }
  const count = await readCount(file);
  const moments = await readMoments(file, names, source, count);
  const spatial =
    file.has(spatialPair[0]) && file.has(spatialPair[1])
      ? await readMoments(file, spatialPair, source, count)
      : undefined;
  return { moments, ...(spatial && { spatial }), ...(await readMadeBy(file)) };
}

const float64 = (name: string, shape: readonly number[], data: Float64Array): PartedArray =>
  partedArray(name, { dtype: 'F64', shape, data });

/**
 * Statistics as an npz archive that EDM, pytorch-fid, clean-fid and guided-diffusion read: `mu`, `sigma` (and `mu_s`,
 * `sigma_s`) in float64; beside them, which they pass over, `n` and how the features were made, as UTF-8 bytes.
 * @throws MetricError for statistics that are none
 */
export function statisticsParts({ moments, spatial, ...made }: Statistics): Parts {
  const arrays: PartedArray[] = [];
  for (const [part, suffix] of [
    [moments, ''],
    [spatial, '_s'],
  ] as const) {
    if (!part) continue;
    checkMoments(part, suffix ? 'the spatial statistics' : 'the statistics');
    const size = part.mean.length;
    arrays.push(float64(`mu${suffix}`, [size], part.mean), float64(`sigma${suffix}`, [size, size], part.covariance));
  }
  if (moments.count !== undefined) {
    arrays.push(partedArray('n', { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(moments.count)) }));
  }
  for (const name of madeNames) {
    const text = made[name];
    if (text === undefined) continue;
    const data = new TextEncoder().encode(text);
    arrays.push(partedArray(name, { dtype: 'U8', shape: [data.length], data }));
  }
  return npzParts(arrays);
}

const labels = { network: 'the network', digest: 'weights with SHA-256', resize: 'the resize' } as const;

/**
 * Whether two sets of features can be compared. What is not known of one of them is taken to be the same.
 * @throws MetricError where they come from different networks, weights or resizes
 */
export function checkMadeAlike(a: MadeBy, b: MadeBy, whatA: string, whatB: string): void {
  for (const name of madeNames) {
    const [first, second] = [a[name], b[name]];
    if (first === undefined || second === undefined || first === second) continue;
    throw new MetricError(
      `${whatA} was made with ${labels[name]} ${first}, ${whatB} with ${second}: they cannot be compared`,
    );
  }
}

/** Feature vectors in a file. */
export interface FeatureFile {
  readonly count: number;
  readonly size: number;
  /** All of them. */
  read(): Promise<FeatureSet>;
  /** In order, at most `rows` at a time. */
  blocks(rows: number): AsyncIterable<FeatureSet>;
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((character, i) => bytes[i] === character.charCodeAt(0));

async function featureArray(source: RangeSource): Promise<{ readonly array: LazyArray; readonly place: string }> {
  const place = source.name ?? 'the features';
  const start = await source.read(0, Math.min(6, source.size));
  if (!startsWith(start, 'PK')) return { array: await openNpy(source), place };
  const file = await openNpz(source);
  const name = featureNames.find((candidate) => file.has(candidate));
  if (name === undefined) throw new MetricError(`${place}: no features; expected "feats", "features" or "arr_0"`);
  return { array: file.entry(name), place: `${place}: "${name}"` };
}

/**
 * Feature vectors from an npy file, or from an npz archive with `feats` (clean-fid), `features` or `arr_0`.
 * @throws FormatError for a broken file, MetricError for an array that is no list of vectors
 */
export async function openFeatures(source: RangeSource): Promise<FeatureFile> {
  const { array, place } = await featureArray(source);
  const [count, size] = array.shape;
  if (count === undefined || size === undefined || array.shape.length !== 2 || size < 1) {
    throw new MetricError(`${place} has shape [${array.shape}], expected [vectors, features]`);
  }
  if (array.dtype !== 'F32' && array.dtype !== 'F64') {
    throw new MetricError(`${place} is ${array.dtype}, expected 32 or 64-bit floats`);
  }
  const setOf = ({ data, shape }: { readonly data: unknown; readonly shape: readonly number[] }): FeatureSet => ({
    count: shape[0]!,
    size,
    rows: data as Float32Array | Float64Array,
  });
  return {
    count,
    size,
    read: async () => setOf(await array.read()),
    async *blocks(rows) {
      for await (const block of array.blocks(rows)) yield setOf(block);
    },
  };
}
