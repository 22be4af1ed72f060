import {
  FormatError,
  type LazySafetensors,
  openSafetensors,
  type PartedArray,
  type Parts,
  printable,
  type RangeSource,
  safetensorsParts,
  toFloat32,
} from '@noisesmith/formats';
import type { Layout } from '@noisesmith/tensor';
import { decodeCheckpoint, isCheckpoint } from './checkpoint';
import { Digest, hex } from './digest';
import { CheckpointError } from './errors';
import { bytesOf, PIECE, type ReadVector } from './vector';
import { VectorCheck } from './vector-check';

/** In the metadata; what has it has a digest. */
const FORMAT = 'noisesmith-weights-1';

/** Hexadecimal digits in the metadata. */
const DIGEST_LENGTH = 64;
/** As it stands in the header; a value cannot contain it, because quotes inside values are escaped. */
const DIGEST_FIELD = '"digest":"';

/**
 * Weights to sample from, as the parts of a safetensors file: one tensor per parameter under its own name and shape. A
 * digest in the metadata covers every byte, its own digits read as zeros; for it the vector is read twice.
 *
 * @param vector the parameters' flat vector [layout.size], or what reads its elements
 * @param metadata e.g. the description of the network, which a sampler needs to build it again
 */
export async function* saveWeights(
  layout: Layout,
  vector: Float32Array<ArrayBuffer> | ReadVector,
  metadata: Readonly<Record<string, string>> = {},
): Parts {
  const read: ReadVector =
    typeof vector === 'function' ? vector : async (from, count) => vector.subarray(from, from + count);
  const file = (digest: string): Parts => weightsParts(layout, read, { ...metadata, format: FORMAT, digest });
  const hash = new Digest();
  for await (const part of file('0'.repeat(DIGEST_LENGTH))) await hash.add(part);
  yield* file(hex(await hash.value()));
}

function weightsParts(layout: Layout, read: ReadVector, metadata: Readonly<Record<string, string>>): Parts {
  const ahead = readAhead(read, layout.size);
  const tensors = layout.segments.map(
    ({ name, offset, shape, size }): PartedArray => ({
      name,
      dtype: 'F32',
      shape,
      async *data() {
        for (let done = 0; done < size; ) {
          const piece = await ahead(offset + done, size - done);
          done += piece.length;
          yield bytesOf(piece);
        }
      },
    }),
  );
  return safetensorsParts(tensors, metadata);
}

/** Gives up to `most` elements from `from` on. The vector is read in pieces across tensors, since most are small. */
function readAhead(read: ReadVector, size: number): (from: number, most: number) => Promise<Float32Array<ArrayBuffer>> {
  let start = 0;
  let piece = new Float32Array(0);
  return async (from, most) => {
    if (from < start || from >= start + piece.length) {
      start = from;
      piece = await read(from, Math.min(PIECE, size - from));
    }
    return piece.subarray(from - start, Math.min(from - start + most, piece.length));
  };
}

/** Place of the digest's first digit in a header; −1 where there is none. */
function digestPlace(header: Uint8Array): number {
  // One character per byte, so that an index into the text is one into the bytes.
  const text = Array.from(header, (byte) => String.fromCharCode(byte)).join('');
  const found = text.indexOf(DIGEST_FIELD);
  return found < 0 ? -1 : found + DIGEST_FIELD.length;
}

export interface LoadedWeights {
  /** [layout.size] */
  readonly flat: Float32Array<ArrayBuffer>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights into the flat vector of a network, from a file of weights or from a checkpoint. 16-bit floats are widened.
 *
 * @param which vector of a checkpoint; a file of weights holds one
 * @throws CheckpointError naming the file and a tensor that is missing, unknown or of another shape; for bytes that do not
 * match their digest, and for numbers that are not finite
 */
export async function loadWeights(
  source: RangeSource,
  layout: Layout,
  which: 'params' | 'ema' = 'ema',
): Promise<LoadedWeights> {
  const { name = 'weights' } = source;
  const named = { name, size: source.size, read: (offset: number, length: number) => source.read(offset, length) };
  try {
    const file = await openSafetensors(named);
    const flat = new Float32Array(layout.size);
    if (!isCheckpoint(file.metadata)) {
      await readTensors(file, named, layout, flat);
      return { flat, metadata: file.metadata };
    }
    const { metadata } = await decodeCheckpoint(named, {
      layout,
      take: (vector, from, values) => {
        if (vector === which) flat.set(values, from);
      },
    });
    return { flat, metadata };
  } catch (error) {
    throw error instanceof FormatError ? new CheckpointError(error.message) : error;
  }
}

async function readTensors(
  file: LazySafetensors,
  source: RangeSource & { readonly name: string },
  layout: Layout,
  flat: Float32Array<ArrayBuffer>,
): Promise<void> {
  const fail = (message: string): CheckpointError => new CheckpointError(printable(`${source.name}: ${message}`));
  const unknown = new Set(file.names);
  for (const { name, shape } of layout.segments) {
    if (!unknown.delete(name)) throw fail(`tensor '${name}' [${shape}] is missing`);
    const found = file.info(name).shape;
    if (String(found) !== String(shape)) throw fail(`tensor '${name}' is [${found}]; expected [${shape}]`);
  }
  const [extra] = unknown;
  if (extra !== undefined) throw fail(`tensor '${extra}' is unknown to the network`);
  await checkDigest(file, source, fail);
  for (const { name, offset } of layout.segments) {
    const values = toFloat32(await file.read(name));
    const problem = new VectorCheck(true).add(values);
    if (problem) throw fail(`tensor '${name}' holds ${problem}`);
    flat.set(values, offset);
  }
}

/** @throws what `fail` makes, when there is a digest and it is that of other bytes, or should be one and is not */
async function checkDigest(
  { info, metadata, names }: LazySafetensors,
  source: RangeSource,
  fail: (message: string) => CheckpointError,
): Promise<void> {
  if (metadata.digest === undefined && metadata.format !== FORMAT) return;
  const dataStart = source.size - Math.max(0, ...names.map((name) => info(name).end));
  const header = (await source.read(0, dataStart)).slice();
  const at = digestPlace(header);
  header.fill('0'.charCodeAt(0), at, at + DIGEST_LENGTH);
  const hash = new Digest();
  await hash.add(header);
  for (let offset = dataStart; offset < source.size; offset += 4 * PIECE) {
    await hash.add(await source.read(offset, Math.min(4 * PIECE, source.size - offset)));
  }
  if (hex(await hash.value()) !== metadata.digest) throw fail('damaged: its bytes do not match their digest');
}
