import { openNpy, openNpz, type RangeSource } from '@noisesmith/formats';
import { MetricError } from '../errors';
import { arrayImages } from '../images/array-images';
import type { ImageSet } from '../images/image-set';
import type { FeatureSet } from '../moments';
import { npzContents, openFeatures, readStatistics, type Statistics } from '../statistics-file';
import { someIndices } from './parts';

/** One side of a comparison: images, vectors or statistics; an archive may have images and statistics. */
export interface EvaluationSide {
  /** What results and messages call it. */
  readonly path: string;
  readonly images?: ImageSet;
  readonly features?: FeatureSet;
  readonly statistics?: Statistics;
}

/** A side made of images. */
export const sideOfImages = (path: string, images: ImageSet): EvaluationSide => ({ path, images });

/** A side of at most so many of its images, drawn by the seed; its statistics, which are of all, are then left out. */
export function someOfSide(side: EvaluationSide, most: number, seed: number): EvaluationSide {
  const { images } = side;
  if (images === undefined || images.count <= most) return side;
  const { statistics: _, ...rest } = side;
  return { ...rest, images: images.some(someIndices(images.count, most, seed)) };
}

/** Features of more bytes are looked at before memory is asked for. */
const LARGE = 2 ** 26;
/** Floats of a network never pack as well as this: few bytes that stand for many are no features. */
const MOST_PACKED = 100;

async function readFeatures(source: RangeSource, path: string): Promise<FeatureSet> {
  const file = await openFeatures(source);
  const bytes = file.count * file.size * 4;
  if (bytes > LARGE && bytes > MOST_PACKED * source.size) {
    throw new MetricError(
      `${path}: ${file.count} vectors of ${file.size} features packed into ${source.size} bytes, which no network gives; refused`,
    );
  }
  return await file.read();
}

const NPY_MAGIC = '\x93NUMPY';

/**
 * What a file holds: an .npy of features [n, d] or images [n, height, width(, channels)]; an .npz of images `arr_0`, of
 * statistics `mu` with `sigma` or `cov`, of both (guided-diffusion's), or of features `feats` (clean-fid's).
 * @param source stays open as long as images are read from it
 * @throws FormatError, DataError or MetricError, in one line, for anything else
 */
export async function openSide(source: RangeSource, path: string): Promise<EvaluationSide> {
  const magic = String.fromCharCode(...(await source.read(0, Math.min(NPY_MAGIC.length, source.size))));
  if (magic === NPY_MAGIC) {
    const array = await openNpy(source);
    if (array.shape.length > 2) return { path, images: arrayImages(array, path, 'npy') };
    return { path, features: await readFeatures(source, path) };
  }
  const contents = await npzContents(source);
  if (contents.features && !contents.images) return { path, features: await readFeatures(source, path) };
  if (!contents.images) return { path, statistics: await readStatistics(source) };
  const images = arrayImages((await openNpz(source)).entry('arr_0'), `${path}: arr_0`, 'npz');
  return { path, images, ...(contents.statistics && { statistics: await readStatistics(source) }) };
}
