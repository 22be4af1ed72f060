import type { BrokenImage, FloatImage } from '@noisesmith/data';

/** Whether an image, and not what is in its way, was read. */
export const isImage = (entry: FloatImage | BrokenImage): entry is FloatImage => 'data' in entry;

/** Images in an order, of any sizes, which need not fit into memory together. */
export interface ImageSet {
  /** What messages call it. */
  readonly name: string;
  /** How many there are, those included that will not decode. */
  readonly count: number;
  /** How they are stored, for the record: `png`, `jpg 3, png 12`, `npz`. */
  readonly format: string;
  /** Changes when the images do, where that is known without reading them all. */
  readonly fingerprint?: string;
  /** What the owner may not know, one line each. */
  readonly warnings: readonly string[];
  /**
   * All of them in order, grey or RGB with samples in [0, 1]; in place of one that does not decode, why.
   * @param prepare applied to each as soon as it is read, so that large ones do not wait in memory
   * @throws the signal's reason once it is aborted
   */
  images(prepare: (image: FloatImage) => FloatImage, signal?: AbortSignal): AsyncIterable<FloatImage | BrokenImage>;
  /** What people call one of them. */
  describe(index: number): string;
  /** A set of some of them, in ascending order of their indices here. */
  some(indices: readonly number[]): ImageSet;
  /** A few of them, to be looked at. @throws DataFileError naming one that does not decode */
  at(indices: readonly number[]): Promise<readonly FloatImage[]>;
}
