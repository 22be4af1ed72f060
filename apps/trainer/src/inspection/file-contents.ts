import {
  elementCount,
  FormatError,
  type LazyArray,
  type LazySafetensors,
  openNpy,
  openNpz,
  openSafetensors,
  type RangeSource,
  toFloat32,
} from '@noisesmith/formats';
import { fileSource } from '@noisesmith/formats/node';
import type { Progress } from '../run/progress';

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What is in a file of arrays. */
export interface FileContents {
  readonly file: string;
  readonly kind: 'safetensors' | 'checkpoint' | 'npz' | 'npy';
  readonly tensors: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Elements of all tensors; in a checkpoint, which holds several vectors of them, the parameters of the network, null
   * where its metadata does not tell.
   */
  readonly parameters: number | null;
  /** Names of classes by label, of weights and checkpoints whose run had any. */
  readonly classes: readonly string[];
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/** How much of a file is looked at. */
export interface Look {
  /** Whether all values are read too. */
  readonly check: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Elements that are read at a time. */
const PIECE = 2 ** 22;

const total = (tensors: readonly { readonly shape: readonly number[] }[]): number =>
  tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);

/** JSON of metadata, which may hold anything. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** Parameters in the layout of a checkpoint, a list of names and shapes; null where it is none. */
function layoutParameters(text: string | undefined): number | null {
  const list = parsed(text);
  if (!Array.isArray(list)) return null;
  const shapes = list.map((item: unknown) => (Array.isArray(item) ? (item[1] as unknown) : undefined));
  return shapes.every(isShape) ? total(shapes.map((shape) => ({ shape }))) : null;
}

function classNames(text: string | undefined): readonly string[] {
  const list = parsed(text);
  return Array.isArray(list) && list.every((name) => typeof name === 'string') ? list : [];
}

const isFloat = (dtype: string): boolean => /^(F16|BF16|F32|F64|F8)/.test(dtype);

/** A line on the values of a tensor that are infinite or NaN; undefined when there are none. */
async function valueProblem(
  file: LazySafetensors,
  name: string,
  { progress, signal }: Look,
): Promise<string | undefined> {
  const { dtype, shape } = file.info(name);
  if (!isFloat(dtype)) return undefined;
  const count = elementCount(shape);
  let bad = 0;
  for (let from = 0; from < count; from += PIECE) {
    signal.throwIfAborted();
    progress.count(`reading ${name}`, from, count);
    const piece = await file.elements(name, from, Math.min(PIECE, count - from));
    // Doubles are looked at as they are: a large one is no infinity.
    const values = piece.dtype === 'F64' ? piece.data : toFloat32(piece);
    for (const value of values) if (!Number.isFinite(value)) bad += 1;
  }
  return bad === 0 ? undefined : `tensor ${name}: ${bad} of ${count} values are infinite or NaN`;
}

async function inspectSafetensors(source: RangeSource, file: string, look: Look): Promise<FileContents> {
  const opened = await openSafetensors(source);
  const { metadata } = opened;
  const tensors = opened.names.map((name) => {
    const { dtype, shape } = opened.info(name);
    return { name, dtype, shape };
  });
  const problems: string[] = [];
  if (look.check) {
    for (const { name } of tensors) {
      const problem = await valueProblem(opened, name, look);
      if (problem !== undefined) problems.push(problem);
    }
  }
  const classes = classNames(metadata.classes);
  const about = { file, tensors, metadata, classes };
  if (!metadata.format?.startsWith('noisesmith-checkpoint')) {
    return { ...about, kind: 'safetensors', parameters: total(tensors), problems };
  }
  const parameters = layoutParameters(metadata.layout);
  if (parameters === null) problems.push("metadata 'layout' is no list of names and shapes");
  return { ...about, kind: 'checkpoint', parameters, problems };
}

/** Reads all of an array; what is wrong with it, in one line. */
async function arrayProblem(array: LazyArray, { signal }: Look): Promise<string | undefined> {
  const rows = Math.max(1, Math.floor(PIECE / Math.max(1, elementCount(array.shape.slice(1)))));
  try {
    if (array.shape.length === 0) await array.read();
    else for await (const _ of array.blocks(rows)) signal.throwIfAborted();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return error.message;
  }
  return undefined;
}

async function inspectNpz(source: RangeSource, file: string, look: Look): Promise<FileContents> {
  const opened = await openNpz(source);
  const tensors: Entry[] = [];
  const problems: string[] = [];
  for (const [i, name] of opened.names.entries()) {
    try {
      const array = opened.entry(name);
      tensors.push({ name, dtype: array.dtype, shape: array.shape });
      if (!look.check) continue;
      look.progress.count('reading arrays', i, opened.names.length);
      const problem = await arrayProblem(array, look);
      if (problem !== undefined) problems.push(problem);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push(error.message);
    }
  }
  return { file, kind: 'npz', tensors, metadata: {}, parameters: total(tensors), classes: [], problems };
}

async function inspectNpy(source: RangeSource, file: string, look: Look): Promise<FileContents> {
  const array = await openNpy(source);
  const problem = look.check ? await arrayProblem(array, look) : undefined;
  const tensors = [{ name: '', dtype: array.dtype, shape: array.shape }];
  const problems = problem === undefined ? [] : [problem];
  return { file, kind: 'npy', tensors, metadata: {}, parameters: total(tensors), classes: [], problems };
}

/**
 * What is in a safetensors, npz or npy file, told apart by their first bytes.
 * @throws FileError or FormatError for a file that cannot be opened
 */
export async function inspectFile(file: string, look: Look): Promise<FileContents> {
  await using source = await fileSource(file);
  const magic = String.fromCharCode(...(await source.read(0, Math.min(6, source.size))));
  if (magic.startsWith('PK')) return await inspectNpz(source, file, look);
  if (magic === '\x93NUMPY') return await inspectNpy(source, file, look);
  return await inspectSafetensors(source, file, look);
}
