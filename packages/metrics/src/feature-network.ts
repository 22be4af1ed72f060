import type { ImageBatch } from './image-batch';

/** What a network says of a batch of images, row by row. */
export interface FeatureBatch {
  readonly count: number;
  /** `[count, featureSize]`: pool3 of an Inception. */
  readonly pool: Float32Array;
  /** `[count, spatialSize]`: the first channels of an inner map, for sFID. Present where asked for. */
  readonly spatial?: Float32Array;
  /** [count, classes], with the bias of the last layer or without, as the network was opened. Present where asked for. */
  readonly logits?: Float32Array;
}

/** Which parts of a {@link FeatureBatch} to compute beside `pool`. */
export interface FeatureRequest {
  readonly spatial?: boolean;
  readonly logits?: boolean;
}

/** Images to vectors in which they are compared. */
export interface FeatureNetwork extends Disposable {
  /** How results call it, such as `inception` or `nsfwjs`. */
  readonly name: string;
  /** SHA-256, in hex, of the weights' file or bundle. */
  readonly digest: string;
  /** How images become the network's input, such as `half-pixel`. */
  readonly resize: string;
  /**
   * Side of the square input of a network that resizes by one of `inputResizes`, so that images of many sizes can be made
   * as large beforehand. Absent where images of any size go in as they are.
   */
  readonly inputSize?: number;
  readonly featureSize: number;
  readonly spatialSize?: number;
  readonly classes?: number;
  /** Whether the bias of the last layer is in the logits; absent where it is not known. */
  readonly logitBias?: boolean;
  /** What has to be said beside every number, such as that it is not comparable with published ones. */
  readonly caveat?: string;
  /** Any number of images of one size; the network cuts them into batches of its own. */
  features(images: ImageBatch, request?: FeatureRequest): Promise<FeatureBatch>;
}
