import {
  deriveKey,
  inverseNormal,
  type Layout,
  layerNorm,
  layoutOf,
  linear,
  mul,
  sub,
  type Tensor,
  uniformFromBits,
} from '@noisesmith/tensor';

export const CLASSES = 10;
/** Width of the hidden layers, the last of which gives the features. */
export const HIDDEN = 256;

/** Mean and standard deviation of MNIST's training pixels. */
const PIXEL_MEAN = 0.1307;
const PIXEL_STD = 0.3081;

/** What images a classifier is for. */
export interface ImageShape {
  /** Height and width. */
  readonly size: number;
  readonly channels: 1 | 3;
}

export const pixelsOf = ({ size, channels }: ImageShape): number => size * size * channels;

/** Two hidden layers, each with a norm behind its GELU. */
export const classifierLayout = (shape: ImageShape): Layout =>
  layoutOf({
    'hidden1.weight': [pixelsOf(shape), HIDDEN],
    'hidden1.bias': [HIDDEN],
    'norm1.gamma': [HIDDEN],
    'norm1.beta': [HIDDEN],
    'hidden2.weight': [HIDDEN, HIDDEN],
    'hidden2.bias': [HIDDEN],
    'norm2.gamma': [HIDDEN],
    'norm2.beta': [HIDDEN],
    'out.weight': [HIDDEN, CLASSES],
    'out.bias': [CLASSES],
  });

/** Flat parameters: kernels normal with variance 2 / inputs (He et al. 2015), gammas 1, the rest 0. */
export function initialParameters(layout: Layout, seed: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(layout.size);
  layout.segments.forEach(({ name, offset, size, shape }, segment) => {
    const part = flat.subarray(offset, offset + size);
    if (name.endsWith('.gamma')) part.fill(1);
    if (!name.endsWith('.weight')) return;
    const std = Math.sqrt(2 / shape[0]!);
    for (let i = 0; i < size; i++) part[i] = std * inverseNormal(uniformFromBits(deriveKey(seed, segment, 0, i)[0]));
  });
  return flat;
}

/** images [batch, pixels] in [0, 1] → what the last layer sees of them [batch, 256]. */
export function features(p: Readonly<Record<string, Tensor>>, images: Tensor): Tensor {
  const x = mul(sub(images, PIXEL_MEAN), 1 / PIXEL_STD);
  const h1 = linear(x, p['hidden1.weight']!, p['hidden1.bias']!, { activation: 'gelu' });
  const n1 = layerNorm(h1, p['norm1.gamma']!, p['norm1.beta']!);
  const h2 = linear(n1, p['hidden2.weight']!, p['hidden2.bias']!, { activation: 'gelu' });
  return layerNorm(h2, p['norm2.gamma']!, p['norm2.beta']!);
}

/** images [batch, pixels] in [0, 1] → logits [batch, 10]. */
export const logits = (p: Readonly<Record<string, Tensor>>, images: Tensor): Tensor =>
  lastLayer(p, features(p, images));

/** features [batch, 256] → logits [batch, 10]. */
export const lastLayer = (p: Readonly<Record<string, Tensor>>, x: Tensor): Tensor =>
  linear(x, p['out.weight']!, p['out.bias']!);
