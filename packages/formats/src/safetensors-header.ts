import { failer } from './errors';
import { repeatedKey } from './json-keys';
import { elementCount, isShape } from './ndarray';
import { quoted } from './printable';
import { bitWidth, isStoredDType, type StoredDType, storedDTypes } from './stored-dtype';

/** The format's own bound: a header is at most 100 MB. */
export const maxHeaderLength = 100_000_000;

/** Bytes before the JSON header: its length as a little-endian 64-bit number. */
export const lengthPrefix = 8;

/** Where a tensor lies; `begin` and `end` count bytes from the start of the data section. */
export interface TensorInfo {
  dtype: StoredDType;
  shape: readonly number[];
  begin: number;
  end: number;
}

/** A validated header. */
export interface SafetensorsHeader {
  metadata: Record<string, string>;
  tensors: Map<string, TensorInfo>;
  /** Offset in the file of the data section. */
  dataStart: number;
}

/**
 * Length of the JSON header from the first eight bytes of a file.
 * @throws FormatError when the file is shorter than its header
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file?: string): number {
  const fail = failer(file);
  if (fileSize < lengthPrefix || prefix.length < lengthPrefix) {
    throw fail(`not a safetensors file: ${fileSize} bytes, expected at least ${lengthPrefix}`);
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, lengthPrefix).getBigUint64(0, true);
  if (length > BigInt(maxHeaderLength)) {
    throw fail(`not a safetensors file: header of ${length} bytes, expected at most ${maxHeaderLength}`);
  }
  if (length > BigInt(fileSize - lengthPrefix)) {
    throw fail(`truncated: header of ${length} bytes, but only ${fileSize - lengthPrefix} bytes follow its length`);
  }
  return Number(length);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array, file: string | undefined): Record<string, unknown> {
  const fail = failer(file);
  let text: string;
  let value: unknown;
  try {
    // A byte order mark is kept, for JSON to refuse: the format's own reader does.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw fail(`header is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(value)) throw fail('header is not a JSON object');
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw fail(`the name ${quoted(repeated)} stands twice in one object of the header`);
  return value;
}

function parseMetadata(value: unknown, file: string | undefined): Record<string, string> {
  const fail = failer(file);
  if (value === null) return {};
  if (!isRecord(value)) throw fail('__metadata__ is not an object of strings');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw fail(`__metadata__ ${quoted(key)} is ${typeof text}, expected a string`);
  }
  return value as Record<string, string>;
}

/** Two whole numbers in order. They are no shape: their product may be beyond what a number holds exactly. */
function isRange(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((offset) => Number.isSafeInteger(offset)) &&
    0 <= value[0] &&
    value[0] <= value[1]
  );
}

function parseTensor(name: string, entry: unknown, dataSize: number, file: string | undefined): TensorInfo {
  const part = `tensor ${quoted(name)}`;
  const fail = failer(file);
  if (!isRecord(entry)) throw fail('its header entry is not an object', part);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isStoredDType(dtype)) {
    throw fail(`unknown dtype ${quoted(dtype)}, expected one of ${storedDTypes.join(' ')}`, part);
  }
  if (!isShape(shape)) throw fail(`shape ${quoted(shape)} is not a list of whole numbers >= 0`, part);
  if (!isRange(offsets)) {
    throw fail(`data_offsets ${quoted(offsets)} is not [begin, end] with 0 <= begin <= end`, part);
  }
  const [begin, end] = offsets;
  if (end > dataSize) {
    throw fail(
      `data_offsets [${begin},${end}] reach past the data section of ${dataSize} bytes (truncated file?)`,
      part,
    );
  }
  const expected = (elementCount(shape) * bitWidth(dtype)) / 8;
  if (end - begin !== expected) {
    throw fail(`${dtype} of shape ${quoted(shape)} takes ${expected} bytes, data_offsets hold ${end - begin}`, part);
  }
  return { dtype, shape, begin, end };
}

/** The format demands that tensors tile the data section. */
function checkTiling(tensors: Map<string, TensorInfo>, dataSize: number, file: string | undefined): void {
  const fail = failer(file);
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  let previous = '';
  for (const [name, { begin, end }] of ordered) {
    const part = `tensor ${quoted(name)}`;
    if (begin < position)
      throw fail(`overlaps tensor ${quoted(previous)}: begins at ${begin}, which ends at ${position}`, part);
    if (begin > position) throw fail(`begins at ${begin}, but the data before it ends at ${position} (hole)`, part);
    position = end;
    previous = name;
  }
  if (position !== dataSize) {
    throw fail(`the tensors end at ${position}, but the data section has ${dataSize} bytes`);
  }
}

/**
 * Parses and validates a safetensors header.
 * @param json the JSON bytes after the length prefix
 * @param fileSize bytes of the whole file
 * @throws FormatError naming the file and, where one is at fault, the tensor
 */
export function parseHeader(json: Uint8Array, fileSize: number, file?: string): SafetensorsHeader {
  const dataStart = lengthPrefix + json.length;
  const dataSize = fileSize - dataStart;
  let metadata: Record<string, string> = {};
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(parseJson(json, file))) {
    if (name === '__metadata__') metadata = parseMetadata(entry, file);
    else tensors.set(name, parseTensor(name, entry, dataSize, file));
  }
  checkTiling(tensors, dataSize, file);
  return { metadata, tensors: new Map([...tensors].sort(([, a], [, b]) => a.begin - b.begin)), dataStart };
}
