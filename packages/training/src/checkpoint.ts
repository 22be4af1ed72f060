import {
  FormatError,
  openSafetensors,
  type Parts,
  printable,
  type RangeSource,
  safetensorsParts,
} from '@noisesmith/formats';
import type { Layout } from '@noisesmith/tensor';
import { type TrainConfig, trainConfig } from './config';
import { Digest } from './digest';
import { CheckpointError, TrainingError } from './errors';
import { type TrainStateName, trainStateNames } from './train-step';
import { bytesOf, floatsOf, pieces } from './vector';
import { VectorCheck } from './vector-check';

/** Everything a run needs to go on: with the same data, the steps that follow are the same to the bit. */
export interface TrainState {
  /** Steps done. */
  readonly step: number;
  readonly config: TrainConfig;
  /** Elements [from, from + count) of a flat vector [layout.size]: weights, moments, moving average. */
  read(name: TrainStateName, from: number, count: number): Promise<Float32Array<ArrayBuffer>>;
}

/** What a checkpoint says of itself. */
export interface CheckpointHead {
  /** Steps done. */
  readonly step: number;
  readonly config: TrainConfig;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Takes in elements [from, from + values.length) of a vector. */
export type TakePiece = (name: TrainStateName, from: number, values: Float32Array<ArrayBuffer>) => Promise<void> | void;

export interface DecodeOptions {
  /** Of the network that is to go on; absent, any network's. */
  readonly layout?: Layout;
  /** Is given the vectors in pieces as they pass. What it took is worth nothing unless the decoding ends well. */
  readonly take?: TakePiece;
}

const FORMAT = 'noisesmith-checkpoint-2';
const DIGEST_BYTES = 32;

const checkOf = (name: TrainStateName): VectorCheck => new VectorCheck(name === 'params' || name === 'ema');

/** Whether the metadata of a safetensors file is that of a checkpoint, of this version or another. */
export const isCheckpoint = ({ format }: Readonly<Record<string, string>>): boolean =>
  format?.startsWith('noisesmith-checkpoint') ?? false;

/**
 * A checkpoint as the parts of a safetensors file: the flat vectors F32 [layout.size] with step, configuration and layout
 * in the metadata, and as the last tensor, since it is known only then, `digest` U8 [32] of
 * all bytes before it, so that damage anywhere shows. The state must stay as it is until all parts are taken.
 *
 * @param metadata further entries, e.g. the description of the network
 * @throws TrainingError, while parts are taken, naming the step that left numbers which are not finite, or weights beyond
 * what 32-bit floats can square: such a state is no good to go on from
 */
export async function* encodeCheckpoint(
  state: TrainState,
  layout: Layout,
  metadata: Readonly<Record<string, string>> = {},
): Parts {
  const digest = new Digest();
  const vectors = trainStateNames.map((name) => ({
    name,
    dtype: 'F32' as const,
    shape: [layout.size],
    async *data() {
      for await (const piece of checkedPieces(state, name, layout)) yield bytesOf(piece);
    },
  }));
  const last = {
    name: 'digest',
    dtype: 'U8' as const,
    shape: [DIGEST_BYTES],
    async *data() {
      yield await digest.value();
    },
  };
  const parts = safetensorsParts([...vectors, last], {
    ...metadata,
    format: FORMAT,
    step: String(state.step),
    train: JSON.stringify(state.config),
    layout: layoutJson(layout),
  });
  for await (const part of parts) {
    await digest.add(part);
    yield part;
  }
}

/**
 * Looks at the numbers of a state, as `encodeCheckpoint` does.
 * @throws TrainingError
 */
export async function checkState(state: TrainState, layout: Layout): Promise<void> {
  for (const name of trainStateNames) for await (const _ of checkedPieces(state, name, layout));
}

async function* checkedPieces(
  state: TrainState,
  name: TrainStateName,
  layout: Layout,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const check = checkOf(name);
  for await (const [, piece] of pieces((from, count) => state.read(name, from, count), layout.size)) {
    const problem = check.add(piece);
    if (problem) throw new TrainingError(`step ${state.step - 1}: its update left ${problem} (${name})`);
    yield piece;
  }
}

/** Where the parts of a checkpoint lie in its file. */
interface Opened extends CheckpointHead {
  /** Bytes before the first vector. */
  readonly dataStart: number;
  /** Elements of each vector. */
  readonly size: number;
}

/**
 * Reads what a checkpoint says of itself, and no more: whether it is whole shows when it is decoded.
 * @throws CheckpointError for another format or another network
 */
export async function checkpointHead(source: RangeSource, layout?: Layout): Promise<CheckpointHead> {
  const { config, metadata, step } = await openCheckpoint(source, layout);
  return { config, metadata, step };
}

/**
 * Reads and checks a checkpoint, once from its start to its end.
 * @throws CheckpointError for damage anywhere, another format, another network, or numbers that are not finite
 */
export async function decodeCheckpoint(
  source: RangeSource,
  { layout, take }: DecodeOptions = {},
): Promise<CheckpointHead> {
  const { config, dataStart, metadata, size, step } = await openCheckpoint(source, layout);
  const fail = failer(source);
  const digest = new Digest();
  const read = (offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> =>
    source.read(offset, length) as Promise<Uint8Array<ArrayBuffer>>;
  await digest.add(await read(0, dataStart));
  let problem: string | undefined;
  for (const [i, name] of trainStateNames.entries()) {
    const start = dataStart + 4 * size * i;
    const check = checkOf(name);
    for await (const [from, piece] of pieces(
      async (from, count) => floatsOf(await read(start + 4 * from, 4 * count)),
      size,
    )) {
      const found = check.add(piece);
      if (found) problem ??= `'${name}' holds ${found}`;
      await digest.add(bytesOf(piece));
      await take?.(name, from, piece);
    }
  }
  const stored = await read(source.size - DIGEST_BYTES, DIGEST_BYTES);
  if (String(stored) !== String(await digest.value())) throw fail('damaged: its bytes do not match their digest');
  if (problem) throw fail(problem);
  return { config, metadata, step };
}

type Failer = (message: string) => CheckpointError;

const failer =
  ({ name = 'checkpoint' }: RangeSource): Failer =>
  (message) =>
    new CheckpointError(printable(`${name}: ${message}`));

async function openCheckpoint(source: RangeSource, layout?: Layout): Promise<Opened> {
  const fail = failer(source);
  const { name = 'checkpoint', size: bytes } = source;
  const named = { name, size: bytes, read: (offset: number, length: number) => source.read(offset, length) };
  const file = await openSafetensors(named).catch((error: unknown) => {
    if (!(error instanceof FormatError)) throw error;
    throw new CheckpointError(`${error.message} (damaged or no safetensors file)`);
  });
  const { metadata, names } = file;
  if (!isCheckpoint(metadata)) throw fail('no checkpoint of a training run: its metadata has no such format');
  if (metadata.format !== FORMAT) throw fail(`format is ${JSON.stringify(metadata.format)}; expected "${FORMAT}"`);
  const expected = [...trainStateNames, 'digest'];
  if (String(names) !== String(expected)) throw fail(`its tensors are ${names}; expected ${expected}`);
  const infos = trainStateNames.map((name) => file.info(name));
  const size = infos[0]!.shape[0] ?? 0;
  for (const [i, { dtype, shape }] of infos.entries()) {
    if (dtype === 'F32' && shape.length === 1 && shape[0] === size) continue;
    throw fail(`tensor '${trainStateNames[i]}' is ${dtype} [${shape}]; expected F32 [${size}]`);
  }
  const { dtype, end, shape } = file.info('digest');
  if (dtype !== 'U8' || String(shape) !== String([DIGEST_BYTES])) {
    throw fail(`tensor 'digest' is ${dtype} [${shape}]; expected U8 [${DIGEST_BYTES}]`);
  }
  if (layout) checkLayout(parsed(metadata.layout), layout, fail);
  if (layout && layout.size !== size) throw fail(`vectors of ${size} elements; the network's have ${layout.size}`);
  const step = Number(metadata.step);
  if (!(Number.isSafeInteger(step) && step >= 0)) throw fail(`step is ${metadata.step}; expected a whole number >= 0`);
  return { step, config: configOf(metadata.train, fail), metadata, dataStart: source.size - end, size };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function configOf(text: string | undefined, fail: Failer): TrainConfig {
  const settings = parsed(text);
  if (typeof settings !== 'object' || settings === null) throw fail('it has no training configuration');
  try {
    return trainConfig(settings as Readonly<Record<string, unknown>>);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
}

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

const shapesOf = ({ segments }: Layout): Shapes => segments.map(({ name, shape }) => [name, shape]);
const layoutJson = (layout: Layout): string => JSON.stringify(shapesOf(layout));

const isShapes = (value: unknown): value is Shapes =>
  Array.isArray(value) &&
  value.every(
    (entry) => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && Array.isArray(entry[1]),
  );

/** @throws CheckpointError naming the first tensor that differs */
function checkLayout(stored: unknown, layout: Layout, fail: Failer): void {
  if (!isShapes(stored)) throw fail('it does not say the names and shapes of its tensors');
  if (JSON.stringify(stored) === layoutJson(layout)) return;
  const shapes = new Map(stored);
  for (const [name, shape] of shapesOf(layout)) {
    const found = shapes.get(name);
    if (!found) throw fail(`the network's tensor '${name}' [${shape}] is missing`);
    if (String(found) !== String(shape)) throw fail(`tensor '${name}' is [${found}]; the network's is [${shape}]`);
    shapes.delete(name);
  }
  const [extra] = shapes.keys();
  throw fail(
    extra === undefined ? "the network's tensors are in another order" : `tensor '${extra}' is unknown to the network`,
  );
}
