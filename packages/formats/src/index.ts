export { crc32 } from './crc32';
export { FormatError } from './errors';
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  toFloat32,
} from './half';
export { openIdx, readIdx, writeIdx } from './idx';
export { type ArrayEntry, type ArrayFile, openArrayFile } from './inspect/array-file';
export { type ArrayFileKind, arrayFileKind } from './inspect/array-file-kind';
export {
  type Histogram,
  histogramOfValues,
  numbersOf,
  type ReadingOptions,
  summarizeValues,
  type ValueSummary,
} from './inspect/value-summary';
export type { LazyArray } from './lazy-array';
export {
  byteWidth,
  type DataOf,
  type DType,
  dtypes,
  elementCount,
  isDType,
  type NdArray,
  type NdArrayOf,
  ndarray,
} from './ndarray';
export { openNpy, readNpy, writeNpy } from './npy';
export { type NpzFile, openNpz, readNpz } from './npz';
export { npzParts, writeNpz } from './npz-write';
export { collectParts, joined, type PartedArray, type Parts, partedArray, partedTexts } from './parts';
export { printable } from './printable';
export { blobSource, bytesSource, checkRange, type RangeSource } from './range-source';
export {
  type LazySafetensors,
  openSafetensors,
  readSafetensors,
  type Safetensors,
} from './safetensors';
export type { TensorInfo } from './safetensors-header';
export { type NamedArrays, safetensorsParts, writeSafetensors } from './safetensors-write';
export type { StoredDType } from './stored-dtype';
export { openTorch, type TorchFile } from './torch/torch';
