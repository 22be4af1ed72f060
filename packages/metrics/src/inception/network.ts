import {
  add,
  averagePool,
  concat,
  conv2d,
  maxPool,
  mean,
  mul,
  narrow,
  relu,
  reshape,
  scope,
  sub,
  type Tensor,
} from '@noisesmith/tensor';
import { convLayers, featureSize, spatialChannels, spatialLayer } from './layers';

/** A convolution's kernel [height, width, in, out] and bias [out], batch norm within them. */
export interface ConvTensors {
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/** How samples in [0, 1] become what a network was trained on: as they are, 2x − 1, or (255x − 128)/128. */
export type InputRange = 'unit' | 'signed' | 'bytes';

export interface InceptionOptions {
  readonly range: InputRange;
  /** What the pool branch of the last block, Mixed_7c, does: `max` in the graph that FID uses, `average` in all others. */
  readonly lastPool: 'max' | 'average';
}

export interface InceptionMaps {
  /** `[b, 2048]`: `pool_3`. */
  readonly pool: Tensor;
  /** `[b, h·w·7]`: of {@link spatialLayer} after its ReLU, places outermost. */
  readonly spatial: Tensor;
}

/** Pools of the blocks' branches: 3×3 around each place, of what is in the image alone. */
const around = { size: 3, stride: 1, padding: 'same' } as const;
const halving = { size: 3, stride: 2, padding: 'valid' } as const;

const layerOf = new Map(convLayers.map((layer) => [layer.name, layer]));

function normalised(images: Tensor, range: InputRange): Tensor {
  if (range === 'unit') return images;
  return range === 'signed' ? sub(mul(images, 2), 1) : mul(sub(mul(images, 255), 128), 1 / 128);
}

/**
 * Inception-v3 up to its features. One definition of what FID's graph, Keras and torchvision share, down to names and
 * the order of channels; average pools count what is in the image alone, as TensorFlow does.
 *
 * @param images [b, h, w, 3] in [0, 1]; 299×299, or any size from 75×75 on: the features are means over places
 * @param weights the convolution of each name of `convLayers`
 */
export function inception(
  images: Tensor,
  weights: (name: string) => ConvTensors,
  { lastPool, range }: InceptionOptions,
): InceptionMaps {
  const conv = (name: string, x: Tensor): Tensor => {
    const { padding, stride } = layerOf.get(name)!;
    const { kernel, bias } = weights(name);
    return scope(name, () => relu(add(conv2d(x, kernel, { stride, padding }), bias)));
  };
  /** Branches of a block, one convolution behind the other. */
  const chain = (block: string, names: readonly string[], x: Tensor): Tensor =>
    names.reduce((map, name) => conv(`${block}.${name}`, map), x);
  /**
   * The branch that averages what is around each place and convolves that, 1×1. Of the two, which are linear, the
   * convolution comes first here: it leaves fewer channels to be averaged.
   */
  const averaged = (block: string, x: Tensor): Tensor => {
    const { kernel, bias } = weights(`${block}.branch_pool`);
    return scope(`${block}.branch_pool`, () => relu(add(averagePool(conv2d(x, kernel), around), bias)));
  };
  const numbered = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${name}_${i + 1}`);

  const blockA = (block: string, x: Tensor): Tensor =>
    concat(
      [
        chain(block, ['branch1x1'], x),
        chain(block, numbered('branch5x5', 2), x),
        chain(block, numbered('branch3x3dbl', 3), x),
        averaged(block, x),
      ],
      3,
    );
  const blockC = (block: string, x: Tensor): Tensor =>
    concat(
      [
        chain(block, ['branch1x1'], x),
        chain(block, numbered('branch7x7', 3), x),
        chain(block, numbered('branch7x7dbl', 5), x),
        averaged(block, x),
      ],
      3,
    );
  const blockE = (block: string, x: Tensor, pool: 'max' | 'average'): Tensor => {
    const single = chain(block, ['branch3x3_1'], x);
    const double = chain(block, numbered('branch3x3dbl', 2), x);
    return concat(
      [
        chain(block, ['branch1x1'], x),
        chain(block, ['branch3x3_2a'], single),
        chain(block, ['branch3x3_2b'], single),
        chain(block, ['branch3x3dbl_3a'], double),
        chain(block, ['branch3x3dbl_3b'], double),
        pool === 'max' ? chain(block, ['branch_pool'], maxPool(x, around)) : averaged(block, x),
      ],
      3,
    );
  };

  let x = normalised(images, range);
  for (const name of ['Conv2d_1a_3x3', 'Conv2d_2a_3x3', 'Conv2d_2b_3x3']) x = conv(name, x);
  x = maxPool(x, halving);
  for (const name of ['Conv2d_3b_1x1', 'Conv2d_4a_3x3']) x = conv(name, x);
  x = maxPool(x, halving);
  for (const block of ['Mixed_5b', 'Mixed_5c', 'Mixed_5d']) x = blockA(block, x);
  x = concat(
    [chain('Mixed_6a', ['branch3x3'], x), chain('Mixed_6a', numbered('branch3x3dbl', 3), x), maxPool(x, halving)],
    3,
  );
  for (const block of ['Mixed_6b', 'Mixed_6c']) x = blockC(block, x);
  // The first branch of the next block, which the block computes once more of the same: it is one value.
  const spatial = narrow(conv(spatialLayer, x), 3, 0, spatialChannels);
  for (const block of ['Mixed_6d', 'Mixed_6e']) x = blockC(block, x);
  x = concat(
    [
      chain('Mixed_7a', numbered('branch3x3', 2), x),
      chain('Mixed_7a', numbered('branch7x7x3', 4), x),
      maxPool(x, halving),
    ],
    3,
  );
  x = blockE('Mixed_7b', x, 'average');
  x = blockE('Mixed_7c', x, lastPool);
  const [b] = images.shape as [number];
  return {
    pool: reshape(mean(x, [1, 2]), [b, featureSize]),
    spatial: reshape(spatial, [b, spatial.shape.slice(1).reduce((product, n) => product * n)]),
  };
}
