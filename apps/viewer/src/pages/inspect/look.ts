import {
  type DatasetContents,
  type ImageDataset,
  inspectDataset,
  openDataset,
  placedFiles,
  type Raster,
  resize,
  toFloatImage,
} from '@noisesmith/data';
import {
  type ArrayFile,
  blobSource,
  elementCount,
  type Histogram,
  histogramOfValues,
  numbersOf,
  openArrayFile,
  summarizeValues,
  type ValueSummary,
} from '@noisesmith/formats';
import { contentsOf, type FileContents, settingsOf } from '@noisesmith/runs';
import type { DroppedFile } from '../../ui/dropped-files';
import type { PicturePixels } from '../../ui/Picture.svelte';
import type { Call } from '../../worker/calls';
import { bytesOfFloats, isBytes, isLabels, labelCounts, type PictureArray, pictureArray } from './picture-arrays';

/** Names and values of a configuration, as text. */
export type SettingRow = readonly [name: string, value: string];

/** A file that was opened, and what of it can be shown. */
export interface OpenedFile {
  readonly id: number;
  readonly bytes: number;
  readonly contents: FileContents;
  readonly network: readonly SettingRow[];
  readonly run: readonly SettingRow[];
  readonly pictures: readonly PictureArray[];
  /** Pictures of each label, where the file has labels. */
  readonly labels: readonly (readonly [label: number, count: number])[];
}

export interface OpenedFolder {
  readonly id: number;
  readonly contents: DatasetContents;
}

/** A picture made small, or why there is none. */
export interface Thumbnail {
  readonly name: string;
  /** Its class, or ''. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  readonly pixels?: PicturePixels;
  readonly problem?: string;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

const files = new Map<number, ArrayFile>();
const folders = new Map<number, ImageDataset>();
let last = 0;

const LARGEST_THUMBNAIL = 128;

function known<T>(map: ReadonlyMap<number, T>, id: number): T {
  const found = map.get(id);
  if (found === undefined) throw new Error('the file was closed; drop it again');
  return found;
}

const rowsOf = (config: object | null): SettingRow[] =>
  config === null ? [] : settingsOf(config, '').map(({ path, value }) => [path, settingText(value)]);

const settingText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A picture no larger than a thumbnail; larger ones are averaged. */
function small(raster: Raster): PicturePixels {
  const { channels, data, height, width } = raster;
  const scale = LARGEST_THUMBNAIL / Math.max(width, height);
  if (scale >= 1) return { width, height, channels, data: data.slice() };
  const float = toFloatImage(raster, { left: 0, top: 0, width, height });
  const [w, h] = [width, height].map((extent) => Math.max(1, Math.round(extent * scale))) as [number, number];
  const made = resize(float, w, h, 'area');
  return { width: w, height: h, channels: made.channels, data: bytesOfFloats(made.data) };
}

async function labelsOf(file: ArrayFile, pictures: readonly PictureArray[]): Promise<OpenedFile['labels']> {
  const of = file.entries.find((entry) => entry.name === 'arr_1');
  if (of === undefined || pictures.length === 0 || !isLabels(of, pictures[0]!.count)) return [];
  const values: ArrayLike<number>[] = [];
  for await (const piece of file.pieces(of.name)) values.push(numbersOf(piece));
  return [...(labelCounts(values) ?? [])];
}

/** Told no more often than eyes follow. */
function now(emit: Call['emit'], total: number): (done: number) => void {
  let last = 0;
  return (done) => {
    const time = performance.now();
    if (time - last < 50 && done < total) return;
    last = time;
    emit({ done, total } satisfies Progress);
  };
}

export const lookHandlers = {
  async openFile(file: File): Promise<OpenedFile> {
    const opened = await openArrayFile(blobSource(file));
    const contents = await contentsOf(opened, file.name);
    const pictures = opened.entries.map((entry) => pictureArray(entry, opened.kind)).filter((found) => !!found);
    const labels = await labelsOf(opened, pictures);
    const id = ++last;
    files.set(id, opened);
    const { network, run } = contents;
    return { id, bytes: file.size, contents, network: rowsOf(network), run: rowsOf(run), pictures, labels };
  },

  async openFolder({ files: placed, name }: { files: readonly DroppedFile[]; name: string }): Promise<OpenedFolder> {
    const dataset = await openDataset('folder:', { cacheBytes: 0 }, placedFiles(placed, name));
    const id = ++last;
    folders.set(id, dataset);
    return { id, contents: await inspectDataset(dataset) };
  },

  /** Decodes every picture of a folder. */
  checkFolder(id: number, { emit, signal }: Call): Promise<DatasetContents> {
    const dataset = known(folders, id);
    return inspectDataset(dataset, { all: true, signal, onProgress: now(emit, dataset.size) });
  },

  /** Forgets a file or a folder. */
  close(id: number): void {
    files.delete(id);
    folders.delete(id);
  },

  /** Reads all values of an array. */
  values({ id, name }: { id: number; name: string }, { emit, signal }: Call): Promise<ValueSummary> {
    const file = known(files, id);
    const total = elementCount(file.entries.find((entry) => entry.name === name)?.shape ?? []);
    return summarizeValues(file.pieces(name), { signal, onProgress: now(emit, total) });
  },

  histogram(
    { bins, from, id, name, to }: { id: number; name: string; from: number; to: number; bins: number },
    { emit, signal }: Call,
  ): Promise<Histogram> {
    const file = known(files, id);
    const total = elementCount(file.entries.find((entry) => entry.name === name)?.shape ?? []);
    return histogramOfValues(file.pieces(name), { from, to, bins, signal, onProgress: now(emit, total) });
  },

  /** Pictures [from, from + count) of an array. */
  async arrayPictures({ array, count, from, id }: { id: number; array: PictureArray; from: number; count: number }) {
    const { channels, height, name, width } = array;
    const rows = await known(files, id).rows(name, from, Math.min(count, array.count - from));
    const bytes = isBytes(rows) ? rows.data : bytesOfFloats(numbersOf(rows));
    const each = height * width * channels;
    return Array.from({ length: rows.shape[0]! }, (_, i): Thumbnail => {
      const data = bytes.subarray(i * each, (i + 1) * each);
      return { name: `${from + i}`, label: '', width, height, pixels: small({ width, height, channels, data }) };
    });
  },

  /** Pictures [from, from + count) of a folder. */
  async folderPictures({ count, from, id }: { id: number; from: number; count: number }): Promise<Thumbnail[]> {
    const dataset = known(folders, id);
    const many = Math.min(count, dataset.size - from);
    return Promise.all(
      Array.from({ length: many }, async (_, i): Promise<Thumbnail> => {
        const name = dataset.describe(from + i).replace(`${dataset.name}: `, '');
        const about = { name, label: dataset.classes[dataset.label(from + i)] ?? '' };
        try {
          const raster = await dataset.original(from + i);
          return { ...about, width: raster.width, height: raster.height, pixels: small(raster) };
        } catch (error) {
          return { ...about, problem: (error as Error).message };
        }
      }),
    );
  },
};
