import { FormatError, failer } from './errors';
import { type LazyArray, lazyArray, type NpyContent, openArray, readArray, type StoredArray } from './lazy-array';
import type { NdArray } from './ndarray';
import { unsupported } from './npy-header';
import { decodeTexts } from './npy-texts';
import { quoted } from './printable';
import type { RangeSource } from './range-source';
import { type Reading, readFromBytes, readFromSource } from './reading';
import { methods, readDirectory } from './zip-directory';
import { checkApart, type PlacedMember, passMember, placeMember, readRange, readToEnd } from './zip-member';

/** What the members that are arrays end with. */
export const npySuffix = '.npy';

/** A .npz archive of which only the directory and the headers of its arrays have been read. */
export interface NpzFile {
  /** Names of the arrays, without `.npy`, in the order of the archive. Other members are left out. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @throws FormatError when there is no such array, or it is none that can be read */
  entry(name: string): LazyArray;
  /** Names of those arrays that are lists of texts, NumPy's `<U`. */
  readonly texts: readonly string[];
  /** @throws FormatError when there is no such array, it is no list of texts, or it is damaged */
  text(name: string): Promise<readonly string[]>;
}

function contentOf(member: PlacedMember): NpyContent {
  return {
    place: member.place,
    size: member.size,
    direct: member.method === methods.stored,
    range: (from, length) => readRange(member, from, length),
    toEnd: (from) => readToEnd(member, from),
    pass: (take) =>
      passMember(member, (bytes) => {
        take(bytes);
        return true;
      }),
  };
}

/** The arrays of an archive by name; in place of one that cannot be read, why. */
function* openMembers(
  size: number,
  file: string | undefined,
  only?: readonly string[],
): Reading<Map<string, StoredArray | FormatError>> {
  const { members, start } = yield* readDirectory(size, file);
  const arrays = new Map<string, StoredArray | FormatError>();
  const placed: PlacedMember[] = [];
  for (const member of members) {
    const name = member.name.slice(0, -npySuffix.length);
    if (!member.name.endsWith(npySuffix) || (only !== undefined && !only.includes(name))) continue;
    try {
      const found = yield* placeMember(member, start, file === undefined ? member.name : `${file}: ${member.name}`);
      placed.push(found);
      arrays.set(name, yield* openArray(contentOf(found), true));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      arrays.set(name, error);
    }
  }
  checkApart(placed);
  return arrays;
}

function numbers(array: StoredArray | FormatError | undefined, name: string, file: string | undefined): StoredArray {
  if (array === undefined) throw failer(file)(`no array ${quoted(name)} in this npz archive`);
  if (array instanceof FormatError) throw array;
  const { content, header } = array;
  if (header.text !== undefined) throw failer(content.place)(unsupported(header.text));
  return array;
}

function* readTexts(
  array: StoredArray | FormatError | undefined,
  name: string,
  file: string | undefined,
): Reading<string[]> {
  if (array instanceof FormatError || array?.header.text === undefined) {
    const { content, header } = numbers(array, name, file);
    throw failer(content.place)(`an array of ${header.dtype}, expected a list of texts`);
  }
  return decodeTexts(yield* readArray(array), array.content.place);
}

/**
 * Opens a NumPy .npz archive, stored or deflated, of any size (ZIP64), for reading array by array and row by row.
 * @throws FormatError for a file that is no such archive, that names a member twice or has members that overlap; what is
 * wrong with one array is thrown when it is asked for
 */
export async function openNpz(source: RangeSource): Promise<NpzFile> {
  const arrays = await readFromSource(openMembers(source.size, source.name), source);
  return {
    names: [...arrays.keys()],
    has: (name) => arrays.has(name),
    entry: (name) => lazyArray(numbers(arrays.get(name), name, source.name), source),
    texts: [...arrays].flatMap(([name, array]) =>
      array instanceof FormatError || array.header.text === undefined ? [] : [name],
    ),
    text: (name) => readFromSource(readTexts(arrays.get(name), name, source.name), source),
  };
}

function* readAll(
  size: number,
  file: string | undefined,
  only: readonly string[] | undefined,
): Reading<Map<string, NdArray>> {
  const stored = yield* openMembers(size, file, only);
  const arrays = new Map<string, NdArray>();
  for (const name of only ?? stored.keys()) {
    const array = stored.get(name);
    const isText = array !== undefined && !(array instanceof FormatError) && array.header.text !== undefined;
    if (only !== undefined || !isText) arrays.set(name, yield* readArray(numbers(array, name, file)));
  }
  return arrays;
}

/**
 * Reads a NumPy .npz archive that is in memory; {@link openNpz} reads one of any size. Keys are the array names without
 * `.npy`; lists of texts and other members are ignored.
 * @param options.name what messages call the file
 * @param options.only read just these arrays; each must be there
 * @throws FormatError for a broken archive, a broken or damaged member (named), or a missing array
 */
export function readNpz(
  bytes: Uint8Array,
  options: { name?: string; only?: readonly string[] } = {},
): Map<string, NdArray> {
  return readFromBytes(readAll(bytes.length, options.name, options.only), bytes);
}
