import type { FormatError } from '../errors';
import { type DType, elementCount, isShape } from '../ndarray';
import { quoted } from '../printable';
import {
  addEntry,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleTuple,
  type PickleValue,
  type PickleWorld,
} from './pickle';

/** Numbers of one type in a file, which tensors are views of. */
export class TorchStorage {
  constructor(
    readonly key: string,
    readonly dtype: DType,
    /** Elements. */
    readonly length: number,
  ) {}
}

/** A tensor: which elements of its storage are its own, and in which order. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    /** Of its first element, in elements, as are the strides. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Element types by the class of their storages. */
const storageClasses: ReadonlyMap<string, DType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

const orderedDict = 'collections.OrderedDict';
const rebuildTensor = 'torch._utils._rebuild_tensor_v2';
const rebuildParameter = 'torch._utils._rebuild_parameter';
const callable = [orderedDict, rebuildTensor, rebuildParameter];

/** Torch's own bound. */
const MOST_AXES = 64;

/**
 * The names that a pickle of tensors may use, and no others: it is data, and nothing of it is run.
 */
export class TorchWorld implements PickleWorld {
  /** Every storage that was named, by its key. */
  readonly storages = new Map<string, TorchStorage>();

  constructor(readonly fail: (message: string) => FormatError) {}

  global(name: string): PickleGlobal {
    if (callable.includes(name) || storageClasses.has(name)) return new PickleGlobal(name);
    throw this.fail(
      `it names ${quoted(name)}; read are only dicts of tensors: ${callable.join(', ')} and torch.FloatStorage and its like`,
    );
  }

  call({ name }: PickleGlobal, args: readonly PickleValue[]): PickleValue {
    if (name === orderedDict) return this.orderedDict(args);
    if (name === rebuildTensor) return this.tensor(args);
    if (name === rebuildParameter) return this.parameter(args);
    throw this.fail(`it calls ${name}, a class of storages`);
  }

  /** `('storage', class, key, device, length)`, in older files with what the storage is a view of, which has to be None. */
  persistent(id: PickleValue): PickleValue {
    const [word, type, key, , length, view] = id instanceof PickleTuple ? id.items : [];
    const dtype = type instanceof PickleGlobal ? storageClasses.get(type.name) : undefined;
    if (word !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(length)) {
      throw this.fail('a reference to something that is no storage');
    }
    if (view !== undefined && view !== null)
      throw this.fail(`storage ${quoted(key)} is a view of another, expected none`);
    const known = this.storages.get(key);
    if (known === undefined) {
      const storage = new TorchStorage(key, dtype, length);
      this.storages.set(key, storage);
      return storage;
    }
    if (known.dtype === dtype && known.length === length) return known;
    throw this.fail(
      `storage ${quoted(key)} has ${length} elements of ${dtype}, and elsewhere ${known.length} of ${known.dtype}`,
    );
  }

  /** Without entries, or with a list of pairs, as Python 2 wrote it. */
  private orderedDict(args: readonly PickleValue[]): PickleDict {
    const dict = new PickleDict();
    if (args.length === 0) return dict;
    const [list] = args;
    if (args.length > 1 || !(list instanceof PickleList))
      throw this.fail(`${orderedDict} of something else than a list`);
    for (const pair of list.items) {
      const items = pair instanceof PickleList || pair instanceof PickleTuple ? pair.items : [];
      if (items.length !== 2) throw this.fail(`${orderedDict} of something else than pairs`);
      addEntry(dict, items[0]!, items[1]!, this);
    }
    return dict;
  }

  /** `(storage, offset, shape, strides, requires_grad, hooks)`, in newer files with metadata behind. */
  private tensor(args: readonly PickleValue[]): TorchTensor {
    const [storage, offset, shape, strides] = args;
    const wanted = 'expected a storage, an offset, a shape and strides';
    if (args.length < 6 || args.length > 7 || !(storage instanceof TorchStorage) || !isCount(offset)) {
      throw this.fail(`${rebuildTensor} of other arguments; ${wanted}`);
    }
    if (!isCounts(shape) || !isCounts(strides) || shape.items.length !== strides.items.length) {
      throw this.fail(`a tensor in storage ${quoted(storage.key)} whose shape or strides are none; ${wanted}`);
    }
    const tensor = new TorchTensor(storage, offset, shape.items, strides.items);
    const problem = misplaced(tensor);
    if (problem !== undefined) throw this.fail(`a tensor in storage ${quoted(storage.key)}: ${problem}`);
    return tensor;
  }

  /** `(tensor, requires_grad, hooks)`. */
  private parameter(args: readonly PickleValue[]): TorchTensor {
    const [tensor] = args;
    if (args.length === 3 && tensor instanceof TorchTensor) return tensor;
    throw this.fail(`${rebuildParameter} of something else than a tensor`);
  }
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is PickleTuple & { readonly items: readonly number[] } {
  return value instanceof PickleTuple && value.items.length <= MOST_AXES && value.items.every(isCount);
}

/** Elements of the storage from the first to the last of the tensor's, both counted; 0 where it has none. */
export function spanOf({ shape, strides }: TorchTensor): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
}

/** Why a tensor cannot be a view of its storage, or undefined. */
function misplaced(tensor: TorchTensor): string | undefined {
  const { offset, shape, storage, strides } = tensor;
  if (!isShape(shape)) return `shape ${quoted(shape)} is too large`;
  const end = offset + spanOf(tensor);
  if (!(end <= storage.length)) {
    return `shape ${quoted(shape)} with strides ${quoted(strides)} from ${offset} reaches behind its ${storage.length} elements`;
  }
  // Else a small file would hold a large array.
  const count = elementCount(shape);
  if (count > storage.length) return `shape ${quoted(shape)} repeats elements: it has ${storage.length}`;
  return undefined;
}
