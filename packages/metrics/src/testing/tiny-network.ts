import type { FeatureNetwork } from '../feature-network';
import type { ImageBatch } from '../image-batch';

/** A network of no depth: pool, spatial features and logits are fixed sums of the pixels of an image of 6x6. */
export function tinyNetwork(more: Partial<FeatureNetwork> = {}): FeatureNetwork & { readonly seen: ImageBatch[] } {
  const [inputSize, featureSize, spatialSize, classes] = [6, 5, 4, 3];
  const seen: ImageBatch[] = [];
  const sums = ({ count, data }: ImageBatch, size: number, seed: number): Float32Array => {
    const each = inputSize * inputSize * 3;
    return Float32Array.from({ length: count * size }, (_, at) => {
      const [image, feature] = [Math.floor(at / size), at % size];
      let sum = 0;
      for (let i = 0; i < each; i++)
        sum += data[image * each + i]! * Math.sin(seed + feature * 1.7 + i * (feature + 1));
      return sum;
    });
  };
  return {
    name: 'tiny',
    digest: 'd1',
    resize: 'half-pixel',
    inputSize,
    featureSize,
    spatialSize,
    classes,
    seen,
    async features(images, request) {
      seen.push(images);
      return {
        count: images.count,
        pool: sums(images, featureSize, 0),
        ...(request?.spatial && { spatial: sums(images, spatialSize, 1) }),
        ...(request?.logits && { logits: sums(images, classes, 2) }),
      };
    },
    [Symbol.dispose]() {},
    ...more,
  };
}
