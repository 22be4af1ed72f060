import { type FloatImage, resize } from '@noisesmith/data';
import type { EvaluationSide, MemorisationResult } from '@noisesmith/metrics';
import { encodePng, imageGrid, toBytes } from '@noisesmith/runs';
import { UsageError } from '../errors';

/** Larger images are made smaller, so that pairs can be looked at. */
const MOST_SIDE = 256;
/** Pairs in a row, with a gap of a blank image between them. */
const PAIRS_IN_A_ROW = 4;

/** An image in RGB, as large as fits into a square, on white. */
function fitted(image: FloatImage, side: number): Float32Array {
  const largest = Math.max(image.width, image.height);
  const extent = (length: number): number => Math.max(1, Math.round((length / largest) * Math.min(side, largest)));
  const [width, height] = [extent(image.width), extent(image.height)];
  const small = width === image.width && height === image.height ? image : resize(image, width, height, 'area');
  const [top, left] = [(side - height) >> 1, (side - width) >> 1];
  const out = new Float32Array(side * side * 3).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const from = (y * width + x) * small.channels + (small.channels === 1 ? 0 : c);
        out[((top + y) * side + left + x) * 3 + c] = small.data[from]!;
      }
    }
  }
  return out;
}

/**
 * A PNG of the closest pairs: each sample at the left of its nearest reference image, closest first, row by row.
 * @throws UsageError where a side has no images
 */
export async function pairsPicture(
  { closest }: MemorisationResult,
  samples: EvaluationSide,
  reference: EvaluationSide,
): Promise<Uint8Array<ArrayBuffer>> {
  const [ofSamples, ofReference] = await Promise.all([
    imagesOf(samples).at(closest.map(({ sample }) => sample)),
    imagesOf(reference).at(closest.map((pair) => pair.reference)),
  ]);
  const all = [...ofSamples, ...ofReference];
  const side = Math.min(MOST_SIDE, Math.max(...all.flatMap(({ height, width }) => [height, width])));
  const blank = new Float32Array(side * side * 3).fill(1);
  const columns = 3 * Math.min(PAIRS_IN_A_ROW, closest.length) - 1;
  const cells = closest.flatMap((_, i) => {
    const last = (i + 1) % PAIRS_IN_A_ROW === 0 || i === closest.length - 1;
    const pair = [fitted(ofSamples[i]!, side), fitted(ofReference[i]!, side)];
    return last ? pair : [...pair, blank];
  });
  const data = new Uint8Array(cells.length * side * side * 3);
  cells.forEach((cell, i) => {
    data.set(toBytes(cell), i * side * side * 3);
  });
  return encodePng(imageGrid({ count: cells.length, height: side, width: side, channels: 3, data }, columns));
}

/** @throws UsageError for a side of features or statistics */
export function imagesOf({ images, path }: EvaluationSide): NonNullable<EvaluationSide['images']> {
  if (images === undefined) throw new UsageError(`--pairs needs images to show, and ${path} holds none`);
  return images;
}
