import { type FormatError, failer } from '../errors';
import { byteWidth } from '../ndarray';
import { quoted } from '../printable';
import type { Reading } from '../reading';
import { readDirectory, type ZipMember } from '../zip-directory';
import { checkApart, type PlacedMember, placeMember, readRange, readToEnd } from '../zip-member';
import { OutOfBytes, PickleList, type PickleValue, Unpickler } from './pickle';
import { type TorchStorage, TorchWorld } from './world';

/** Where the bytes of a storage are. */
export interface StoragePlace {
  readonly endian: 'little' | 'big';
  /** Bytes of it; all of them are checked against a sum where the file has one. */
  read(from: number, length: number): Reading<Uint8Array>;
}

/** A file of torch.save whose pickles have been read, and of its storages nothing but where they lie. */
export interface TorchContent {
  readonly root: PickleValue;
  readonly fail: (message: string) => FormatError;
  place(storage: TorchStorage): StoragePlace;
}

/** Bytes of pickles, which hold no numbers of tensors: some hundred a tensor. */
const MOST_PICKLE_BYTES = 2 ** 26;

const bytesOf = ({ dtype, length }: TorchStorage): number => length * byteWidth(dtype);

const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;

/** Most files have their pickles in the first bytes. */
const FIRST_LOOK = 2 ** 18;

/** Torch before 1.6: five pickles (a number, a version, facts of the machine, the object, keys), then the storages in the
 * order of the keys, each behind its length as a 64-bit number. torch/serialization.py, `_legacy_save`. */
export function* openLegacy(size: number, file: string | undefined): Reading<TorchContent> {
  const fail = failer(file);
  const broken = (message: string): FormatError => fail(message, 'pickle');
  for (let window = Math.min(FIRST_LOOK, size); ; window = Math.min(8 * window, size)) {
    const bytes = yield { offset: 0, length: window, part: 'pickle' };
    const world = new TorchWorld(broken);
    const unpickler = new Unpickler(bytes, world);
    try {
      if (unpickler.next() !== legacyMagic)
        throw fail('a pickle, but not one of torch.save: it has not its magic number');
      const version = unpickler.next();
      if (version !== legacyProtocol)
        throw fail(`version ${String(version)} of torch.save, expected ${legacyProtocol}`);
      unpickler.next();
      const root = unpickler.next();
      const keys = unpickler.next();
      const starts = yield* placeStorages(keys, world, unpickler.end, size, fail);
      return {
        root,
        fail,
        place: ({ key }) => ({
          endian: 'little',
          *read(from, length) {
            return yield { offset: starts.get(key)! + from, length, part: `storage ${quoted(key)}` };
          },
        }),
      };
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (window === size) throw fail('truncated: it ends within its pickles');
      if (window >= MOST_PICKLE_BYTES) throw fail(`pickles of more than ${MOST_PICKLE_BYTES} bytes`);
    }
  }
}

/** Where each storage begins, in the order of their keys. */
function* placeStorages(
  keys: PickleValue,
  { storages }: TorchWorld,
  end: number,
  size: number,
  fail: (message: string) => FormatError,
): Reading<Map<string, number>> {
  const names = keys instanceof PickleList ? keys.items : [];
  const starts = new Map<string, number>();
  let at = end;
  for (const key of names) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || starts.has(storage.key)) throw fail(`its list of storages has ${quoted(String(key))}`);
    const start = at + 8;
    at = start + bytesOf(storage);
    if (!(at <= size)) throw fail(`truncated: storage ${quoted(key)} ends at ${at}, the file at ${size}`);
    const prefix = yield { offset: start - 8, length: 8, part: `storage ${quoted(key)}` };
    const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigInt64(0, true);
    if (length !== BigInt(storage.length)) {
      throw fail(`storage ${quoted(key)} has ${length} elements, its tensors say ${storage.length}`);
    }
    starts.set(storage.key, start);
  }
  if (starts.size < storages.size) throw fail(`${storages.size} storages are named, ${starts.size} are there`);
  if (at !== size) throw fail(`${size - at} bytes behind its last storage`);
  return starts;
}

const pickleMember = '/data.pkl';

/** Torch 1.6 and later: a zip archive whose members are stored, all in one folder: data.pkl, byteorder, data/KEY. */
export function* openZip(size: number, file: string | undefined): Reading<TorchContent> {
  const fail = failer(file);
  const { members, start } = yield* readDirectory(size, file, 'zip archive');
  const [pickle, second] = members.filter(({ name }) => name.endsWith(pickleMember) && name.split('/').length === 2);
  if (pickle === undefined || second !== undefined) {
    throw fail('a zip archive, but not one of torch.save: it has not one member FOLDER/data.pkl');
  }
  const folder = pickle.name.slice(0, -pickleMember.length + 1);
  const byName = new Map(members.map((member) => [member.name, member]));
  if (byName.has(`${folder}constants.pkl`))
    throw fail('a TorchScript archive, expected a dict of tensors of torch.save');
  // Torch can be told to leave them out; then they are all 0.
  const checked = members.some(({ crc }) => crc !== 0);

  const placed: PlacedMember[] = [];
  function* placedMember(member: ZipMember): Reading<PlacedMember> {
    const place = file === undefined ? member.name : `${file}: ${member.name}`;
    const found = yield* placeMember(member, start, place);
    placed.push(found);
    return found;
  }
  function* content(member: PlacedMember, from: number, length: number): Reading<Uint8Array> {
    if (checked && length === member.size) return yield* readToEnd(member, 0);
    return yield* readRange(member, from, length);
  }

  if (pickle.size > MOST_PICKLE_BYTES) throw fail(`pickle of more than ${MOST_PICKLE_BYTES} bytes`, pickle.name);
  const world = new TorchWorld((message) => fail(message, pickle.name));
  const root = unpickled(yield* content(yield* placedMember(pickle), 0, pickle.size), world);
  const order = byName.get(`${folder}byteorder`);
  const endian = order === undefined ? 'little' : yield* readByteOrder(yield* placedMember(order), fail);
  const places = new Map<string, PlacedMember>();
  for (const storage of world.storages.values()) {
    const member = byName.get(`${folder}data/${storage.key}`);
    if (member === undefined)
      throw fail(`no member ${quoted(`${folder}data/${storage.key}`)}, which its tensors are in`);
    if (member.size !== bytesOf(storage)) {
      throw fail(`${member.size} bytes for ${storage.length} elements of ${storage.dtype}`, member.name);
    }
    places.set(storage.key, yield* placedMember(member));
  }
  checkApart(placed);
  return {
    root,
    fail,
    place: ({ key }) => ({ endian, read: (from, length) => content(places.get(key)!, from, length) }),
  };
}

function* readByteOrder(
  member: PlacedMember,
  fail: (message: string, part?: string) => FormatError,
): Reading<'little' | 'big'> {
  const text = new TextDecoder().decode(yield* readRange(member, 0, Math.min(member.size, 8)));
  if (text === 'little' || text === 'big') return text;
  throw fail(`${quoted(text)}, expected little or big`, member.name);
}

/** The value of the one pickle that some bytes are. */
function unpickled(bytes: Uint8Array, world: TorchWorld): PickleValue {
  const unpickler = new Unpickler(bytes, world);
  try {
    const value = unpickler.next();
    if (unpickler.end === bytes.length) return value;
  } catch (error) {
    if (!(error instanceof OutOfBytes)) throw error;
    throw world.fail('truncated: it ends within the pickle');
  }
  throw world.fail(`${bytes.length - unpickler.end} bytes behind the pickle`);
}
