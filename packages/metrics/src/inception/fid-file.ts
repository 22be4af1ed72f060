import {
  bytesSource,
  type NdArray,
  openSafetensors,
  openTorch,
  type PartedArray,
  type Parts,
  partedArray,
  type RangeSource,
  safetensorsParts,
  toFloat32,
} from '@noisesmith/formats';
import { MetricError } from '../errors';
import { convLayers, featureSize } from './layers';
import { type DenseWeights, foldBatchNorm, type InceptionWeights, outermostLast, sha256 } from './weights';

/**
 * The weights by which FID is defined in practice: Google's graph `inception-2015-12-05`, as pytorch-fid and torch-fidelity
 * publish it.
 */
export const fidWeightsFile = {
  name: 'pt_inception-2015-12-05-6726825d.pth',
  bytes: 95_628_359,
  sha256: '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
  urls: [
    'https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth',
    'https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth',
  ],
} as const;

const CLASSES = 1008;

/** No file of this network is larger; what is, is not read. */
const MOST_BYTES = 2 ** 28;

/** Name and shape of each of the 472 tensors. */
const expected: ReadonlyMap<string, readonly number[]> = new Map([
  ...convLayers.flatMap(({ inputs, name, outputs, size }): [string, readonly number[]][] => [
    [`${name}.conv.weight`, [outputs, inputs, ...size]],
    [`${name}.bn.weight`, [outputs]],
    [`${name}.bn.bias`, [outputs]],
    [`${name}.bn.running_mean`, [outputs]],
    [`${name}.bn.running_var`, [outputs]],
  ]),
  ['fc.weight', [CLASSES, featureSize]],
  ['fc.bias', [CLASSES]],
]);

/** Newer versions of PyTorch count batches beside every batch norm; nothing depends on it. */
const isIgnored = (name: string): boolean => name.endsWith('.bn.num_batches_tracked');

/** Tensors by name, of a file of either format. */
interface NamedTensors {
  readonly names: readonly string[];
  info(name: string): { readonly dtype: string; readonly shape: readonly number[] };
  read(name: string): Promise<NdArray>;
}

function some(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

/** @throws MetricError naming the first tensors that are missing, too many, or of another shape or type */
function checkTensors(tensors: NamedTensors, file: string): void {
  const there = new Set(tensors.names);
  const missing = [...expected.keys()].filter((name) => !there.has(name));
  if (missing.length > 0) {
    throw new MetricError(
      `${file}: not the Inception-v3 of FID: it lacks ${some(missing)}, of ${expected.size} tensors`,
    );
  }
  const extra = tensors.names.filter((name) => !expected.has(name) && !isIgnored(name));
  if (extra.length > 0) throw new MetricError(`${file}: not the Inception-v3 of FID: it also has ${some(extra)}`);
  for (const [name, shape] of expected) {
    const found = tensors.info(name);
    if (found.dtype === 'F32' && String(found.shape) === String(shape)) continue;
    throw new MetricError(`${file}: ${name} is ${found.dtype} [${found.shape}], expected F32 [${shape}]`);
  }
}

const nameOf = (source: RangeSource): string => source.name ?? 'weights';

async function readWhole(source: RangeSource): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = source;
  if (size > MOST_BYTES) {
    throw new MetricError(`${nameOf(source)}: ${size} bytes, the weights of Inception-v3 take ${fidWeightsFile.bytes}`);
  }
  const bytes = await source.read(0, size);
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

export interface ConvertOptions {
  /** SHA-256, in hex, that the file has to have; `undefined` takes any. That of {@link fidWeightsFile} unless given. */
  readonly sha256?: string | undefined;
  /** Where the file is from, for the metadata of what is written. */
  readonly origin?: string;
}

export interface ConvertedWeights {
  /** SHA-256 of the file that was read. */
  readonly digest: string;
  /** Of a safetensors file with the same tensors, whose metadata say `sha256` and `origin`. */
  readonly parts: Parts;
}

/**
 * From a file of torch.save, such as {@link fidWeightsFile}, to a safetensors file, to be done once. Nothing of the file's
 * pickle is run. The file is held in memory as a whole.
 * @throws MetricError for another digest than expected and for other tensors than those of the network; FormatError for
 * a file that is none of torch.save
 */
export async function convertInceptionWeights(
  source: RangeSource,
  options: ConvertOptions = {},
): Promise<ConvertedWeights> {
  const wanted = 'sha256' in options ? options.sha256 : fidWeightsFile.sha256;
  const file = nameOf(source);
  const bytes = await readWhole(source);
  const digest = await sha256(bytes);
  if (wanted !== undefined && digest !== wanted) {
    throw new MetricError(`${file}: its SHA-256 is ${digest}, expected ${wanted} (${bytes.length} bytes)`);
  }
  const tensors = await openTorch(bytesSource(bytes, file));
  checkTensors(tensors, file);
  const parted = [...expected].map(([name, shape]): PartedArray => {
    async function* data(): AsyncGenerator<Uint8Array> {
      yield* partedArray(name, await tensors.read(name)).data();
    }
    return { name, dtype: 'F32', shape, data };
  });
  const { origin = file } = options;
  return { digest, parts: safetensorsParts(parted, { network: 'inception-2015-12-05', origin, sha256: digest }) };
}

const UNKNOWN =
  'weights that are not those of inception-2015-12-05 by their SHA-256: not comparable with published FID';

/** Whether a file begins as torch.save's do, as a zip archive or a pickle; a length that looks so stands before a brace. */
async function isTorch(source: RangeSource): Promise<boolean> {
  const start = await source.read(0, Math.min(9, source.size));
  return ((start[0] === 0x50 && start[1] === 0x4b) || start[0] === 0x80) && start[8] !== 0x7b;
}

/**
 * Reads the network of FID from the safetensors file of {@link convertInceptionWeights}, or from the file of torch.save
 * itself, whose SHA-256 is then taken. Weights of another digest than that of {@link fidWeightsFile} have a caveat.
 * @throws MetricError for other tensors than those of the network; FormatError for a broken file
 */
export async function readInceptionWeights(source: RangeSource): Promise<InceptionWeights> {
  const file = nameOf(source);
  let digest: string;
  let tensors: NamedTensors;
  if (await isTorch(source)) {
    const bytes = await readWhole(source);
    digest = await sha256(bytes);
    tensors = await openTorch(bytesSource(bytes, file));
  } else {
    const opened = await openSafetensors(source);
    digest = opened.metadata.sha256 ?? (await sha256(await readWhole(source)));
    tensors = opened;
  }
  checkTensors(tensors, file);
  const read = async (name: string): Promise<Float32Array> => toFloat32(await tensors.read(name));
  const convolutions: [string, ReturnType<typeof foldBatchNorm>][] = [];
  for (const { inputs, name, outputs } of convLayers) {
    const kernel = outermostLast(await read(`${name}.conv.weight`), outputs, inputs);
    const norm = {
      scale: await read(`${name}.bn.weight`),
      shift: await read(`${name}.bn.bias`),
      mean: await read(`${name}.bn.running_mean`),
      variance: await read(`${name}.bn.running_var`),
    };
    convolutions.push([name, foldBatchNorm(kernel, norm)]);
  }
  const head: DenseWeights = {
    inputs: featureSize,
    outputs: CLASSES,
    weight: outermostLast(await read('fc.weight'), CLASSES, featureSize),
    bias: await read('fc.bias'),
  };
  return {
    name: 'inception',
    digest,
    ...(digest !== fidWeightsFile.sha256 && { caveat: UNKNOWN }),
    lastPool: 'max',
    range: 'resize',
    convolutions: new Map(convolutions),
    head: [head],
  };
}
