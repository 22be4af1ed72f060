import { add, type Backend, compile, f32, matmul, type Program, relu, type Tensor } from '@noisesmith/tensor';
import { MetricError } from '../errors';
import type { FeatureBatch, FeatureNetwork, FeatureRequest } from '../feature-network';
import type { ImageBatch } from '../image-batch';
import { type InputResize, resizeImages } from '../resize';
import { convLayers, featureSize, inputSize, spatialChannels, spatialSide } from './layers';
import { type ConvTensors, type InputRange, inception } from './network';
import type { InceptionWeights } from './weights';

export interface FeatureNetworkOptions {
  /** How images become 299×299; 'half-pixel' unless given. With FID's weights it also says how samples are scaled. */
  readonly resize?: InputResize;
  /** Images that are computed at a time; unless given as many as the adapter can bind, 16 at most. */
  readonly batch?: number;
  /** Whether the last layer's bias is added to logits; as in TF-GAN, which the paper's authors use, unless given. */
  readonly logitBias?: boolean;
  /** Told after each kernel is ready. */
  readonly onProgress?: (ready: number, total: number) => void;
}

/** Bytes of an image's largest map, 147×147×64 floats. */
const LARGEST_MAP = 147 * 147 * 64 * 4;

/** More images at once do not make the kernels faster, and a few images would wait for many. */
const MOST_IMAGES = 16;

/** Elements of an image. */
const INPUT = inputSize * inputSize * 3;

/** The scaling that goes with each way of resizing where the weights say no other: that of the evaluators that resize so. */
const ranges: Readonly<Record<InputResize, InputRange>> = { 'half-pixel': 'signed', tf1: 'bytes', clean: 'bytes' };

const kernelName = (layer: string): string => `${layer}.kernel`;
const biasName = (layer: string): string => `${layer}.bias`;

/** The store's spec, and what goes into it. */
function statesOf({ convolutions, head }: InceptionWeights) {
  const spec: Record<string, ReturnType<typeof f32>> = {};
  const values: [string, Float32Array][] = [];
  for (const { inputs, name, outputs, size } of convLayers) {
    const weights = convolutions.get(name);
    if (weights === undefined) throw new MetricError(`the weights lack ${name}`);
    spec[kernelName(name)] = f32(...size, inputs, outputs);
    spec[biasName(name)] = f32(outputs);
    values.push([kernelName(name), weights.kernel], [biasName(name), weights.bias]);
  }
  for (const [i, { bias, inputs, outputs, weight }] of head.entries()) {
    spec[kernelName(`head.${i}`)] = f32(inputs, outputs);
    spec[biasName(`head.${i}`)] = f32(outputs);
    values.push([kernelName(`head.${i}`), weight], [biasName(`head.${i}`), bias]);
  }
  return { spec, values };
}

/** From features [b, 2048] to logits [b, classes]. */
function logitsOf(features: Tensor, layers: number, tensors: (name: string) => ConvTensors, lastBias: boolean): Tensor {
  let x = features;
  for (let i = 0; i < layers; i++) {
    const { bias, kernel } = tensors(`head.${i}`);
    const product = matmul(x, kernel);
    x = i === layers - 1 && !lastBias ? product : add(product, bias);
    if (i < layers - 1) x = relu(x);
  }
  return x;
}

/**
 * An Inception-v3 on a backend, compiled once for batches of one size; the last batch is filled up, and memory does not
 * grow with the number of images.
 *
 * `pool` are the 2048 features, `spatial` the 2023 of sFID, `logits` what the weights' head gives (1008 classes with FID's).
 * @throws RangeError for a batch that is no whole number >= 1; LimitError for one that the adapter cannot bind
 */
export async function openFeatureNetwork(
  backend: Backend,
  weights: InceptionWeights,
  options: FeatureNetworkOptions = {},
): Promise<FeatureNetwork> {
  const { logitBias = true, onProgress, resize = 'half-pixel' } = options;
  const bindable = Math.floor(backend.target.limits.operandBytes / LARGEST_MAP);
  const { batch = Math.max(1, Math.min(MOST_IMAGES, bindable)) } = options;
  if (!Number.isSafeInteger(batch) || batch < 1) throw new RangeError(`batch ${batch}, expected a whole number >= 1`);
  const { head, lastPool } = weights;
  const range = weights.range === 'resize' ? ranges[resize] : weights.range;
  const { spec, values } = statesOf(weights);
  const store = backend.openStore(spec);
  let program: Program;
  try {
    for (const [name, data] of values) await store.load(name, data);
    program = await compile(
      backend,
      { inputs: { images: f32(batch, inputSize, inputSize, 3) }, state: spec },
      ({ inputs, state }) => {
        const tensors = (name: string) => ({ kernel: state[kernelName(name)]!, bias: state[biasName(name)]! });
        const { pool, spatial } = inception(inputs.images, tensors, { lastPool, range });
        return { outputs: { pool, spatial, logits: logitsOf(pool, head.length, tensors, logitBias) } };
      },
      { store, label: weights.name, fetch: ['pool'], ...(onProgress && { onProgress }) },
    );
  } catch (error) {
    store.destroy();
    throw error;
  }
  const sizes = { pool: featureSize, spatial: spatialChannels * spatialSide ** 2, logits: head.at(-1)?.outputs ?? 0 };
  return {
    name: weights.name,
    digest: weights.digest,
    resize,
    inputSize,
    featureSize,
    spatialSize: sizes.spatial,
    classes: sizes.logits,
    logitBias,
    ...(weights.caveat !== undefined && { caveat: weights.caveat }),
    features: (images, request) => runBatches(program, batch, sizes, images, { resize, request }),
    [Symbol.dispose]() {
      program.destroy();
      store.destroy();
    },
  };
}

interface Sizes {
  readonly pool: number;
  readonly spatial: number;
  readonly logits: number;
}

async function runBatches(
  program: Program,
  batch: number,
  sizes: Sizes,
  images: ImageBatch,
  { request = {}, resize }: { resize: InputResize; request: FeatureRequest | undefined },
): Promise<FeatureBatch> {
  const { count, data, height, width } = images;
  const each = height * width * 3;
  if (data.length !== count * each) {
    throw new RangeError(
      `${count} images of ${height}×${width} take ${count * each} samples, there are ${data.length}`,
    );
  }
  const wanted = (['pool', 'spatial', 'logits'] as const).filter((name) => name === 'pool' || request[name]);
  const rows = Object.fromEntries(wanted.map((name) => [name, new Float32Array(count * sizes[name])])) as Record<
    'pool' | 'spatial' | 'logits',
    Float32Array
  >;
  const input = new Float32Array(batch * INPUT);
  for (let from = 0; from < count; from += batch) {
    const many = Math.min(batch, count - from);
    const some = { count: many, height, width, data: data.subarray(from * each, (from + many) * each) };
    const fits = height === inputSize && width === inputSize;
    input.set(fits ? some.data : resizeImages(some, inputSize, resize).data);
    input.fill(0, many * INPUT);
    await program.run({ images: input });
    for (const name of wanted) {
      const values = (await program.read(name)) as Float32Array;
      rows[name].set(values.subarray(0, many * sizes[name]), from * sizes[name]);
    }
  }
  return { count, ...rows };
}
