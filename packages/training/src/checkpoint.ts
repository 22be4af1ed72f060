import { FormatError, type NdArray, readSafetensors, type Safetensors, writeSafetensors } from '@noisesmith/formats';
import type { Layout } from '@noisesmith/tensor';
import { type TrainConfig, trainConfig } from './config';
import { digestOf } from './digest';
import { CheckpointError } from './errors';
import { type TrainStateName, trainStateNames } from './train-step';

/** Everything a run needs to go on: with the same data, the steps that follow are the same to the bit. */
export interface TrainState {
  /** Steps done. */
  readonly step: number;
  readonly config: TrainConfig;
  /** Flat vectors [layout.size]: weights, moments, moving average. */
  readonly vectors: Readonly<Record<TrainStateName, Float32Array<ArrayBuffer>>>;
}

const FORMAT = 'noisesmith-checkpoint-1';
const DIGEST_LENGTH = 64;
/** As it stands in the header; a value cannot contain it, because quotes inside values are escaped. */
const DIGEST_FIELD = '"digest":"';

/**
 * A checkpoint as safetensors: the flat vectors, and in the metadata step, configuration, layout and a digest of the
 * whole file with the digest's own digits read as zeros, so that damage anywhere shows.
 *
 * @param metadata further entries, e.g. the description of the network
 */
export async function encodeCheckpoint(
  state: TrainState,
  layout: Layout,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, NdArray>(
    trainStateNames.map((name) => [name, { dtype: 'F32', shape: [layout.size], data: state.vectors[name] }]),
  );
  const bytes = writeSafetensors(tensors, {
    ...metadata,
    digest: '0'.repeat(DIGEST_LENGTH),
    format: FORMAT,
    step: String(state.step),
    train: JSON.stringify(state.config),
    layout: layoutJson(layout),
  });
  const at = findDigest(bytes);
  bytes.set(new TextEncoder().encode(await digestWithout(bytes, at)), at);
  return bytes;
}

/**
 * Reads and checks a checkpoint.
 *
 * @param layout of the network that is to go on; absent, any network's
 * @param name what messages call the file
 * @throws CheckpointError for damage anywhere, another format, or another network
 */
export async function decodeCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
  layout?: Layout,
  name = 'checkpoint',
): Promise<TrainState> {
  const { metadata, tensors } = parse(bytes, name);
  const { digest, format } = metadata;
  if (digest === undefined) throw new CheckpointError(`${name}: no checkpoint of a training run: it has no digest`);
  if (digest !== (await digestWithout(bytes, findDigest(bytes)))) {
    throw new CheckpointError(`${name}: damaged: its bytes do not match their digest`);
  }
  if (format !== FORMAT) {
    throw new CheckpointError(`${name}: format is ${JSON.stringify(format)}; expected "${FORMAT}"`);
  }
  if (layout) checkLayout(metadata.layout ?? '[]', layout, name);
  const vectors = Object.fromEntries(
    trainStateNames.map((vector) => {
      const array = tensors.get(vector);
      if (array?.dtype !== 'F32' || array.shape.length !== 1) {
        throw new CheckpointError(`${name}: tensor '${vector}' is missing or no F32 vector`);
      }
      return [vector, array.data as Float32Array<ArrayBuffer>];
    }),
  ) as Record<TrainStateName, Float32Array<ArrayBuffer>>;
  return { step: Number(metadata.step), config: trainConfig(JSON.parse(metadata.train ?? '{}')), vectors };
}

function parse(bytes: Uint8Array<ArrayBuffer>, name: string): Safetensors {
  try {
    return readSafetensors(bytes, { name });
  } catch (error) {
    if (error instanceof FormatError) throw new CheckpointError(`${error.message} (damaged or no safetensors file)`);
    throw error;
  }
}

const headerBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.subarray(0, 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)));

/** Place of the digest's first digit; −1 where there is none. */
function findDigest(bytes: Uint8Array<ArrayBuffer>): number {
  // One character per byte, so that an index into the text is one into the bytes.
  const text = Array.from(headerBytes(bytes), (byte) => String.fromCharCode(byte)).join('');
  const found = text.indexOf(DIGEST_FIELD);
  return found < 0 ? -1 : found + DIGEST_FIELD.length;
}

function digestWithout(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<string> {
  const header = headerBytes(bytes).slice();
  if (at >= 0) header.fill(0x30, at, at + DIGEST_LENGTH);
  return digestOf([header, bytes.subarray(header.length)]);
}

const layoutJson = ({ segments }: Layout): string => JSON.stringify(segments.map(({ name, shape }) => [name, shape]));

/** @throws CheckpointError naming the first tensor that differs */
function checkLayout(stored: string, layout: Layout, file: string): void {
  if (stored === layoutJson(layout)) return;
  const shapes = new Map<string, readonly number[]>(JSON.parse(stored) as [string, number[]][]);
  for (const { name, shape } of layout.segments) {
    const found = shapes.get(name);
    if (!found) throw new CheckpointError(`${file}: the network's tensor '${name}' [${shape}] is missing`);
    if (String(found) !== String(shape)) {
      throw new CheckpointError(`${file}: tensor '${name}' is [${found}]; the network's is [${shape}]`);
    }
    shapes.delete(name);
  }
  const [extra] = shapes.keys();
  throw new CheckpointError(
    extra === undefined
      ? `${file}: the network's tensors are in another order`
      : `${file}: tensor '${extra}' is unknown to the network`,
  );
}
