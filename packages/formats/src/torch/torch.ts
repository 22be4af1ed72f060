import { type FormatError, failer } from '../errors';
import { byteWidth, type DType, decodeElements, elementCount, type NdArray, ndarray } from '../ndarray';
import { quoted } from '../printable';
import type { RangeSource } from '../range-source';
import { type Reading, readFromSource } from '../reading';
import { inCOrder, rowMajorStrides } from '../strided';
import { openLegacy, openZip, type TorchContent } from './layouts';
import { PickleDict, type PickleValue } from './pickle';
import { spanOf, TorchTensor } from './world';

/** A file of PyTorch's torch.save of which only the pickle has been read. */
export interface TorchFile {
  /** `zip` since torch 1.6, `legacy` before. */
  readonly layout: 'zip' | 'legacy';
  /** Tensors in the order of the file; those in dicts within dicts have their keys joined by dots. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @throws FormatError for an unknown name */
  info(name: string): { readonly dtype: DType; readonly shape: readonly number[] };
  /**
   * One tensor, in C order whatever its strides. In a zip archive a tensor that is all of its storage is checked against
   * its CRC-32.
   * @throws FormatError for an unknown name, damage, or a tensor too large for one array
   */
  read(name: string): Promise<NdArray>;
}

/** No state dict has dicts that stand deeper. */
const MOST_DEPTH = 16;

/** The tensors of a dict and of the dicts in it by name; what is no tensor is left out. */
function namedTensors(root: PickleValue, fail: (message: string) => FormatError): Map<string, TorchTensor> {
  if (!(root instanceof PickleDict)) throw fail('what was saved is no dict of tensors');
  const tensors = new Map<string, TorchTensor>();
  const seen = new Set<PickleDict>();
  const walk = (dict: PickleDict, prefix: string, depth: number): void => {
    // A dict in many places could have many more names than the file has bytes.
    if (seen.has(dict)) throw fail(`the dict ${quoted(prefix)} stands in two places`);
    if (depth > MOST_DEPTH) throw fail(`dicts more than ${MOST_DEPTH} deep`);
    seen.add(dict);
    for (const [key, value] of dict.entries) {
      const name = `${prefix}${key}`;
      if (value instanceof PickleDict) walk(value, `${name}.`, depth + 1);
      if (!(value instanceof TorchTensor)) continue;
      if (tensors.has(name)) throw fail(`the name ${quoted(name)} stands for two tensors`);
      tensors.set(name, value);
    }
  };
  walk(root, '', 1);
  return tensors;
}

/** Whether elements follow one another in C order. An axis of one element has no stride that matters. */
function isRowMajor({ shape, strides }: TorchTensor): boolean {
  return rowMajorStrides(shape).every((stride, axis) => shape[axis]! <= 1 || strides[axis] === stride);
}

function* readTensor(content: TorchContent, name: string, tensor: TorchTensor): Reading<NdArray> {
  const { offset, shape, storage } = tensor;
  const { dtype } = storage;
  const { endian, read } = content.place(storage);
  const width = byteWidth(dtype);
  const span = spanOf(tensor);
  try {
    const elements = decodeElements(dtype, [span], yield* read(offset * width, span * width), endian);
    if (span === elementCount(shape) && isRowMajor(tensor)) return ndarray(dtype, [...shape], elements.data);
    return inCOrder(elements, [...shape], tensor.strides);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw content.fail(`tensor ${quoted(name)}: shape ${quoted(shape)} does not fit into one array`);
  }
}

/** Which layout a file has, by its first bytes. */
function* openContent(size: number, file: string | undefined): Reading<TorchContent & Pick<TorchFile, 'layout'>> {
  const [first, second] = yield { offset: 0, length: Math.min(2, size), part: 'start' };
  if (first === 0x50 && second === 0x4b) return { layout: 'zip', ...(yield* openZip(size, file)) };
  if (first === 0x80) return { layout: 'legacy', ...(yield* openLegacy(size, file)) };
  throw failer(file)('not a file of torch.save: it begins neither as a zip archive nor as a pickle');
}

/**
 * Opens a file of PyTorch's `torch.save`, a zip archive or of the older layout, for reading tensor by tensor. Its pickle
 * is read as data: nothing of it is run, only dicts of tensors and what they consist of are known, and anything else in
 * it is refused by its name.
 * @throws FormatError, naming the file and what is wrong in it
 */
export async function openTorch(source: RangeSource): Promise<TorchFile> {
  const content = await readFromSource(openContent(source.size, source.name), source);
  const tensors = namedTensors(content.root, content.fail);
  const found = (name: string): TorchTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw content.fail(`no tensor ${quoted(name)}`);
    return tensor;
  };
  return {
    layout: content.layout,
    names: [...tensors.keys()],
    has: (name) => tensors.has(name),
    info: (name) => ({ dtype: found(name).storage.dtype, shape: found(name).shape }),
    read: async (name) => readFromSource(readTensor(content, name, found(name)), source),
  };
}
