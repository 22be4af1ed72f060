import {
  type ArrayEntry,
  type ArrayFile,
  type ArrayFileKind,
  elementCount,
  FormatError,
  openArrayFile,
  type RangeSource,
  summarizeValues,
  type ValueSummary,
} from '@noisesmith/formats';
import { type RinConfig, rinConfigFromMetadata } from '@noisesmith/rin';
import { isCheckpoint, SettingError } from '@noisesmith/training';
import { checkRunConfig } from './check';
import type { RunConfig } from './config';
import { isJsonObject } from './settings';

/** A tensor, and its values where they were looked at and are numbers. */
export interface InspectedTensor extends ArrayEntry {
  readonly values?: ValueSummary;
}

/** What is in a file of arrays. */
export interface FileContents {
  readonly file: string;
  readonly kind: ArrayFileKind | 'checkpoint';
  readonly tensors: readonly InspectedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Elements of all tensors; in a checkpoint, which holds several vectors of them, the parameters of the network, null
   * where its metadata does not tell.
   */
  readonly parameters: number | null;
  /** Names of classes by label, of weights and checkpoints whose run had any. */
  readonly classes: readonly string[];
  /** The network that the weights are of; null where the file does not tell. */
  readonly network: RinConfig | null;
  /** The configuration of the run that wrote the file; null where it does not tell. */
  readonly run: RunConfig | null;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

export interface InspectOptions {
  /** Whether all values are read too. */
  readonly check?: boolean;
  readonly signal?: AbortSignal;
  /** Told of elements of a tensor that were read. */
  readonly onProgress?: (tensor: string, done: number, total: number) => void;
}

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

/** What `read` makes of a field of the metadata; in place of what cannot be read, one line on what is wrong. */
function field<T>(name: string, read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SettingError || error instanceof SyntaxError)) throw error;
    return `metadata '${name}': ${error.message.split('\n', 1)[0]!.trim()}`;
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new RangeError('expected a JSON object');
  return value;
}

/** Network and run of a model file. Others may call their own entries so: only a file that has both is held to them. */
function modelOf({
  config,
  run,
}: Readonly<Record<string, string>>): Pick<FileContents, 'network' | 'run' | 'problems'> {
  const isModel = config !== undefined && run !== undefined;
  const network = config === undefined ? null : field('config', () => rinConfigFromMetadata(config));
  const settings = run === undefined ? null : field('run', () => checkRunConfig(objectOf(run)));
  return {
    network: typeof network === 'string' ? null : network,
    run: typeof settings === 'string' ? null : settings,
    problems: isModel ? [network, settings].filter((found) => typeof found === 'string') : [],
  };
}

/** Whether its values can be anything but finite. */
const isFloat = (dtype: string): boolean => /^(F16|BF16|F32|F64|F8)/.test(dtype);

/** Types that no array of this language holds. */
const isNumbers = (dtype: string): boolean => !/^(C64|F4|F6_.*)$/.test(dtype);

/** The values of each tensor, and what is wrong with them. */
async function checkedTensors(file: ArrayFile, { onProgress, signal }: InspectOptions) {
  const tensors: InspectedTensor[] = [];
  const problems: string[] = [];
  for (const entry of file.entries) {
    const { dtype, name, shape } = entry;
    if (!isNumbers(dtype)) {
      tensors.push(entry);
      continue;
    }
    const count = elementCount(shape);
    onProgress?.(name, 0, count);
    try {
      const values = await summarizeValues(file.pieces(name), {
        signal,
        onProgress: (done) => onProgress?.(name, done, count),
      });
      tensors.push({ ...entry, values });
      const bad = values.nan + values.infinite;
      if (isFloat(dtype) && bad > 0) problems.push(`tensor ${name}: ${bad} of ${count} values are infinite or NaN`);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      tensors.push(entry);
      problems.push(error.message);
    }
  }
  return { tensors, problems };
}

/**
 * What is in a safetensors, npz, npy, IDX or torch file, told apart by its first bytes; nothing in its metadata is trusted.
 * @throws FormatError for a file that cannot be opened; the signal's reason
 */
export async function inspectFile(source: RangeSource, options: InspectOptions = {}): Promise<FileContents> {
  return contentsOf(await openArrayFile(source), source.name ?? 'the file', options);
}

/** As {@link inspectFile}, of a file that is open. */
export async function contentsOf(opened: ArrayFile, file: string, options: InspectOptions = {}): Promise<FileContents> {
  const { entries, kind, metadata } = opened;
  const { tensors, problems } = options.check
    ? await checkedTensors(opened, options)
    : { tensors: entries, problems: [] };
  const { network, problems: ofModel, run } = modelOf(metadata);
  const about = {
    file,
    tensors,
    metadata,
    classes: classNames(metadata.classes ?? metadata.class_names),
    network,
    run,
  };
  const all = [...opened.problems, ...problems, ...ofModel];
  if (!isCheckpoint(metadata)) return { ...about, kind, parameters: total(entries), problems: all };
  const parameters = layoutParameters(metadata.layout);
  if (parameters === null) all.push("metadata 'layout' is no list of names and shapes");
  return { ...about, kind: 'checkpoint', parameters, problems: all };
}
