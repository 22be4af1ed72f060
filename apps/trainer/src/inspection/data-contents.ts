import { readdir, stat } from 'node:fs/promises';
import {
  type BrokenImage,
  checkDataset,
  type DatasetFacts,
  datasetFacts,
  datasetSpecs,
  openDataset,
} from '@noisesmith/data';
import { UsageError } from '../errors';
import type { Look } from './file-contents';

/** What is in a data set. */
export interface DataContents extends DatasetFacts {
  /** As `--data` takes it. */
  readonly data: string;
  /** Images that were decoded. */
  readonly looked: number;
  /** Those of them that do not decode. */
  readonly broken: readonly BrokenImage[];
}

/** Images that tell the sizes where not all are decoded. */
const FEW = 64;

/** `mnist`, `folder`, `npz`, ...: what stands before the colon of a data set, or alone. */
export const dataKinds: ReadonlySet<string> = new Set(datasetSpecs.map(({ form }) => form.split(':')[0]!));

/** Whether a folder is that of a run. */
export async function isRunFolder(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return names.includes('config.json') && (names.includes('ema.safetensors') || names.includes('checkpoints'));
}

/**
 * The data set that an argument means: one as `--data` takes it, or the path of a folder. undefined for anything else,
 * which is a file then.
 * @throws UsageError for the folder of a run
 */
export async function dataSpec(argument: string): Promise<string | undefined> {
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory()) {
    if (await isRunFolder(argument)) {
      throw new UsageError(`${argument}: the folder of a run; name a file in it, e.g. ${argument}/ema.safetensors`);
    }
    return `folder:${argument}`;
  }
  const [kind] = argument.split(':', 1);
  return found === undefined && dataKinds.has(kind!) ? argument : undefined;
}

/** Opens a data set and looks at its images: at all of them, or at few for their sizes. @throws DataError */
export async function inspectData(data: string, { check, progress, signal }: Look): Promise<DataContents> {
  progress.quiet(`opening ${data}`);
  const dataset = await openDataset(data);
  const facts = datasetFacts(dataset);
  if (!check && facts.sizes !== null) return { data, ...facts, looked: 0, broken: [] };
  const { broken, looked, sizes } = await checkDataset(dataset, {
    ...(!check && { images: Math.min(FEW, dataset.size) }),
    onProgress: (done, total) => progress.count('decoding images', done, total),
    signal,
  });
  return { data, ...facts, sizes: sizes ?? facts.sizes, looked, broken };
}
