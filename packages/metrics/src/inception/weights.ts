import type { InputRange } from './network';

/** A convolution with batch norm within it. */
export interface ConvWeights {
  /** [height, width, in, out]. */
  readonly kernel: Float32Array;
  /** [out]. */
  readonly bias: Float32Array;
}

/** A layer from vectors to vectors. */
export interface DenseWeights {
  readonly inputs: number;
  readonly outputs: number;
  /** [in, out]. */
  readonly weight: Float32Array;
  /** [out]. */
  readonly bias: Float32Array;
}

/** All that a file or a package says of an Inception-v3. */
export interface InceptionWeights {
  /** How results call the network. */
  readonly name: string;
  /** SHA-256, in hex, of the file or bundle that they are from. */
  readonly digest: string;
  /** What has to be said beside every number. */
  readonly caveat?: string;
  readonly lastPool: 'max' | 'average';
  /** What samples in [0, 1] are made into; `resize`: what goes with the way of resizing. */
  readonly range: InputRange | 'resize';
  /** By the names of `convLayers`. */
  readonly convolutions: ReadonlyMap<string, ConvWeights>;
  /** From features to logits, a ReLU between one and the next. */
  readonly head: readonly DenseWeights[];
}

/** Of every batch norm of the network. */
const EPSILON = 1e-3;

/** Vectors over the outputs of a convolution; `scale` is 1 where a network has none. */
export interface BatchNorm {
  readonly scale?: Float32Array;
  readonly shift: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * A convolution and the batch norm behind it as one convolution with a bias, computed in doubles.
 * @param kernel [..., out]
 */
export function foldBatchNorm(kernel: Float32Array, { mean, scale, shift, variance }: BatchNorm): ConvWeights {
  const outputs = mean.length;
  const factors = Float64Array.from(variance, (v, o) => (scale === undefined ? 1 : scale[o]!) / Math.sqrt(v + EPSILON));
  const folded = new Float32Array(kernel.length);
  for (let i = 0; i < kernel.length; i += outputs) {
    for (let o = 0; o < outputs; o++) folded[i + o] = kernel[i + o]! * factors[o]!;
  }
  return { kernel: folded, bias: Float32Array.from(shift, (s, o) => s - mean[o]! * factors[o]!) };
}

/** PyTorch's order of a kernel, [out, in, height, width], to [height, width, in, out]. */
export function outermostLast(kernel: Float32Array, outputs: number, inputs: number): Float32Array {
  const taps = kernel.length / (outputs * inputs);
  const turned = new Float32Array(kernel.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let t = 0; t < taps; t++) turned[(t * inputs + i) * outputs + o] = kernel[(o * inputs + i) * taps + t]!;
    }
  }
  return turned;
}

/** SHA-256 in hexadecimal digits. @throws Error where there is no WebCrypto */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (!subtle) throw new Error('no WebCrypto: the SHA-256 of weights needs a secure context (https or localhost)');
  const hash = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
