import { readdir, stat } from 'node:fs/promises';
import { type DatasetContents, datasetSpecs, inspectDataset, openDataset } from '@noisesmith/data';
import { isRunFolder } from '@noisesmith/runs';
import { UsageError } from '../errors';
import type { Look } from './file-contents';

/** What is in a data set. */
export interface DataContents extends DatasetContents {
  /** As `--data` takes it. */
  readonly data: string;
}

/** `mnist`, `folder`, `npz`, ...: what stands before the colon of a data set, or alone. */
export const dataKinds: ReadonlySet<string> = new Set(datasetSpecs.map(({ form }) => form.split(':')[0]!));

/** Whether a folder is that of a run. */
export const holdsRun = async (folder: string): Promise<boolean> => isRunFolder(await readdir(folder));

/**
 * The data set that an argument means: one as `--data` takes it, or the path of a folder. undefined for anything else,
 * which is a file then.
 * @throws UsageError for the folder of a run
 */
export async function dataSpec(argument: string): Promise<string | undefined> {
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory()) {
    if (await holdsRun(argument)) {
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
  const contents = await inspectDataset(dataset, {
    all: check,
    signal,
    onProgress: (done, total) => progress.count('decoding images', done, total),
  });
  return { data, ...contents };
}
