import { failer } from '../errors';
import type { RangeSource } from '../range-source';
import { readFromSource } from '../reading';
import { readDirectory } from '../zip-directory';

/** `torch`: a file of torch.save. */
export type ArrayFileKind = 'safetensors' | 'npz' | 'npy' | 'idx' | 'torch';

/** Bytes that tell: of safetensors the length of the header and the first of its JSON. */
const LOOK = 9;

const OPENING_BRACE = 0x7b;

async function archiveKind(source: RangeSource): Promise<ArrayFileKind> {
  const { name = '', size } = source;
  const kind = name.endsWith('.npz') ? 'npz archive' : 'zip archive';
  const { members } = await readFromSource(readDirectory(size, source.name, kind), source);
  const has = (ending: string): boolean => members.some((member) => member.name.endsWith(ending));
  const isTorch = has('/data.pkl') && !has('.npy');
  return isTorch ? 'torch' : 'npz';
}

/**
 * The format of a file of arrays, by its first bytes; of a zip archive, by its members.
 * @throws FormatError for what is none, and for a broken archive
 */
export async function arrayFileKind(source: RangeSource): Promise<ArrayFileKind> {
  const start = await source.read(0, Math.min(LOOK, source.size));
  const begins = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => start[i] === byte);
  // The length of a JSON header may look like any other beginning, but no header is as long as four bytes can say.
  if (start[LOOK - 1] === OPENING_BRACE && start.subarray(4, 8).every((byte) => byte === 0)) return 'safetensors';
  if (begins(0x50, 0x4b)) return archiveKind(source);
  if (begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return 'npy';
  if (begins(0x80)) return 'torch';
  if (begins(0x1f, 0x8b) || (begins(0, 0) && start[2]! >= 0x08 && start[2]! <= 0x0e)) return 'idx';
  if (/\.safetensors$/i.test(source.name ?? '')) return 'safetensors';
  throw failer(source.name)(
    source.size === 0
      ? 'the file is empty'
      : 'not a safetensors, npz, npy, IDX or torch.save file: it begins as none of them does',
  );
}
