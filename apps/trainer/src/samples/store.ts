import type { Draw, Images } from '@noisesmith/runs';
import type { DrawnWith } from './drawn-with';

/** Samples and where they are to go. */
export interface SampleJob {
  /** A file or folder, as the user gave it. */
  readonly out: string;
  readonly draw: Draw;
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Of the network; 0: none. */
  readonly classes: number;
  /** By label, where they have names. */
  readonly classNames: readonly string[];
  readonly drawnWith: DrawnWith;
}

/**
 * Where samples are kept as they are drawn, so that an interruption costs no more than the batch under way, and the
 * memory does not grow with their number.
 */
export interface SampleStore extends AsyncDisposable {
  /** Indices into the draw of the samples that are not there yet, in their order. */
  readonly missing: readonly number[];
  /** The file or folder in which they are kept until all are there. */
  readonly place: string;
  /** Keeps samples, in the order of `missing`. */
  put(indices: readonly number[], images: Images): Promise<void>;
  /** Makes the output whole, once nothing is missing. */
  finish(): Promise<void>;
}
