import { unzipSync, zipSync } from 'fflate';
import { FormatError, failer } from './errors';
import type { NdArray } from './ndarray';
import { readNpy, writeNpy } from './npy';
import { type NamedArrays, namedEntries } from './safetensors-write';

const suffix = '.npy';

/**
 * Reads a NumPy .npz archive, stored or deflated. Keys are the array names without `.npy`; other members are ignored.
 * @param options.name what messages call the file
 * @param options.only read just these arrays; each must be there
 * @throws FormatError for a broken archive, a broken member (named), or a missing array
 */
export function readNpz(
  bytes: Uint8Array,
  options: { name?: string; only?: readonly string[] } = {},
): Map<string, NdArray> {
  const { name, only } = options;
  const fail = failer(name);
  const wanted = (member: string) =>
    member.endsWith(suffix) && (only === undefined || only.includes(member.slice(0, -suffix.length)));
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes, { filter: (member) => wanted(member.name) });
  } catch (error) {
    throw fail(`not a readable npz archive: ${error instanceof Error ? error.message : String(error)}`);
  }
  const arrays = new Map<string, NdArray>();
  for (const [member, content] of Object.entries(members)) {
    arrays.set(
      member.slice(0, -suffix.length),
      readNpy(content, { name: name === undefined ? member : `${name}: ${member}` }),
    );
  }
  for (const key of only ?? []) {
    if (!arrays.has(key)) throw fail(`no array ${JSON.stringify(key)} in this npz archive`);
  }
  return arrays;
}

/**
 * Writes a .npz archive; the same input gives the same bytes (all time stamps are 1 January 1980).
 * @param options.compress deflate the members; default false (stored), which is what NumPy's `savez` does
 * @throws FormatError as {@link writeNpy}, naming the array
 */
export function writeNpz(arrays: NamedArrays, options: { compress?: boolean } = {}): Uint8Array {
  const members: Record<string, Uint8Array> = {};
  for (const [key, array] of namedEntries(arrays)) {
    try {
      members[key + suffix] = writeNpy(array);
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(`array ${JSON.stringify(key)}: ${error.message}`);
      throw error;
    }
  }
  return zipSync(members, { level: options.compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
