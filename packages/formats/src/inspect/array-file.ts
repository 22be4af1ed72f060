import { FormatError, failer } from '../errors';
import { openIdx } from '../idx';
import type { LazyArray } from '../lazy-array';
import { elementCount, type NdArray } from '../ndarray';
import { openNpy } from '../npy';
import { openNpz } from '../npz';
import { quoted } from '../printable';
import type { RangeSource } from '../range-source';
import { openSafetensors } from '../safetensors';
import { bitWidth, type StoredDType } from '../stored-dtype';
import { openTorch } from '../torch/torch';
import { type ArrayFileKind, arrayFileKind } from './array-file-kind';

/** An array of a file, by what the headers say. */
export interface ArrayEntry {
  /** '' where the file holds one array that has no name. */
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** Of its elements, unpacked. */
  readonly bytes: number;
}

/** A file of arrays of any format that this package reads; its headers are read, its elements are not. */
export interface ArrayFile {
  readonly kind: ArrayFileKind;
  /** Of safetensors; of an npz its lists of texts, as JSON. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the file. */
  readonly entries: readonly ArrayEntry[];
  /** Arrays that cannot be opened, one line each. */
  readonly problems: readonly string[];
  /**
   * The elements of an array in C order, `elements` of them at a time or somewhat fewer, as arrays of any shape; those of
   * torch come at once. Where the file has a checksum, the last piece comes only if it is right.
   * @throws FormatError for damage, an unknown name, or a type that holds no numbers of this language
   */
  pieces(name: string, elements?: number): AsyncIterable<NdArray>;
  /**
   * Entries [from, from + count) of the first axis.
   * @throws FormatError as `pieces`; RangeError outside of the array, or for a scalar
   */
  rows(name: string, from: number, count: number): Promise<NdArray>;
}

const PIECE = 2 ** 20;

type Opened = Omit<ArrayFile, 'kind'>;

const entryOf = (name: string, { dtype, shape }: Pick<ArrayEntry, 'dtype' | 'shape'>): ArrayEntry => ({
  name,
  dtype,
  shape,
  bytes: Math.ceil((elementCount(shape) * bitWidth(dtype)) / 8),
});

/** Elements of one entry of the first axis. @throws RangeError for a scalar */
function rowOf(name: string, shape: readonly number[]): number {
  if (shape.length === 0) throw new RangeError(`${quoted(name)}: rows of a scalar asked for`);
  return elementCount(shape.slice(1));
}

async function openTensors(source: RangeSource): Promise<Opened> {
  const file = await openSafetensors(source);
  return {
    metadata: file.metadata,
    entries: file.names.map((name) => entryOf(name, file.info(name))),
    problems: [],
    async *pieces(name, elements = PIECE) {
      const count = elementCount(file.info(name).shape);
      for (let from = 0; from < count; from += elements) {
        yield await file.elements(name, from, Math.min(elements, count - from));
      }
    },
    async rows(name, from, count) {
      const { shape } = file.info(name);
      const row = rowOf(name, shape);
      const array = await file.elements(name, from * row, count * row);
      return { ...array, shape: [count, ...shape.slice(1)] };
    },
  };
}

async function* piecesOf(array: LazyArray, elements: number): AsyncGenerator<NdArray> {
  const { shape } = array;
  if (shape.length === 0) yield await array.read();
  else yield* array.blocks(Math.max(1, Math.floor(elements / Math.max(1, elementCount(shape.slice(1))))));
}

/** The arrays of a file that is read by rows. */
function ofArrays(
  arrays: ReadonlyMap<string, LazyArray>,
  problems: readonly string[],
  file: string | undefined,
  metadata: Readonly<Record<string, string>> = {},
): Opened {
  const find = (name: string): LazyArray => {
    const found = arrays.get(name);
    if (found === undefined) throw failer(file)(`no array ${quoted(name)}`);
    return found;
  };
  return {
    metadata,
    entries: [...arrays].map(([name, array]) => entryOf(name, array)),
    problems,
    async *pieces(name, elements = PIECE) {
      yield* piecesOf(find(name), elements);
    },
    rows: async (name, from, count) => find(name).rows(from, count),
  };
}

async function openArchive(source: RangeSource): Promise<Opened> {
  const file = await openNpz(source);
  const arrays = new Map<string, LazyArray>();
  const problems: string[] = [];
  const metadata: Record<string, string> = {};
  for (const name of file.names) {
    try {
      if (file.texts.includes(name)) metadata[name] = JSON.stringify(await file.text(name));
      else arrays.set(name, file.entry(name));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push(error.message);
    }
  }
  return ofArrays(arrays, problems, source.name, metadata);
}

async function openSaved(source: RangeSource): Promise<Opened> {
  const file = await openTorch(source);
  return {
    metadata: {},
    entries: file.names.map((name) => entryOf(name, file.info(name))),
    problems: [],
    async *pieces(name) {
      yield await file.read(name);
    },
    async rows(name, from, count) {
      const row = rowOf(name, file.info(name).shape);
      const { data, dtype, shape } = await file.read(name);
      if (!(from >= 0 && count >= 0 && from + count <= shape[0]!)) {
        throw new RangeError(`${quoted(name)}: rows ${from}..${from + count} asked for, it has ${shape[0]}`);
      }
      return {
        dtype,
        shape: [count, ...shape.slice(1)],
        data: data.slice(from * row, (from + count) * row),
      } as NdArray;
    },
  };
}

const openers: Readonly<Record<ArrayFileKind, (source: RangeSource) => Promise<Opened>>> = {
  safetensors: openTensors,
  npz: openArchive,
  npy: async (source) => ofArrays(new Map([['', await openNpy(source)]]), [], source.name),
  idx: async (source) => ofArrays(new Map([['', await openIdx(source)]]), [], source.name),
  torch: openSaved,
};

/**
 * Opens a safetensors, npz, npy, IDX or torch file, told apart by what it begins with.
 * @throws FormatError, one line, for a file that is none of them or is broken
 */
export async function openArrayFile(source: RangeSource): Promise<ArrayFile> {
  const kind = await arrayFileKind(source);
  return { kind, ...(await openers[kind](source)) };
}
