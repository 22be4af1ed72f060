import { stat } from 'node:fs/promises';
import { openDataset } from '@noisesmith/data';
import { fileSource } from '@noisesmith/formats/node';
import { datasetImages, type EvaluationSide, openSide, sideOfImages, someOfSide } from '@noisesmith/metrics';
import { openRunDataset, storedConfig } from '@noisesmith/runs';
import { UsageError } from '../errors';
import { dataKinds, holdsRun } from '../inspection/data-contents';
import { RunFolder } from '../run/run-folder';

/** A side of a comparison, with the file that it is read from. */
export interface OpenedSide extends AsyncDisposable {
  readonly side: EvaluationSide;
}

/** What every flag that names such a side takes, for help. */
export const sourceHelp = [
  'X and Y are a folder of images, of any sizes and formats; an .npz with arr_0 (uint8 NHWC), an .npy of images;',
  'an .npy of features [n, d]; an .npz of statistics mu with sigma or cov; a run folder, which means the images that the',
  'run is trained on, prepared as it does; or what --data of train takes, such as mnist or cifar10:FOLDER.',
] as const;

export interface SourceOptions {
  /** Told in one line of what is passed over. */
  readonly onWarning: (message: string) => void;
  /** At most so many images, drawn by the seed. */
  readonly most?: number | undefined;
  readonly seed?: number | undefined;
}

const withoutFile = (side: EvaluationSide): OpenedSide => ({ side, async [Symbol.asyncDispose]() {} });

/** The images of a run's training. */
async function runImages(path: string, onWarning: SourceOptions['onWarning']): Promise<EvaluationSide> {
  const stored = await storedConfig(new RunFolder(path));
  if (stored === undefined) throw new UsageError(`${path}: no run, and no configuration of one`);
  const dataset = await openRunDataset(stored.config, { onWarning });
  const { resize, size } = stored.config.data;
  const format = `${stored.config.data.source}, ${size}x${size} by ${resize}`;
  return sideOfImages(path, datasetImages(dataset, { as: 'prepared', format }));
}

async function openWhole(argument: string, { onWarning }: SourceOptions): Promise<OpenedSide> {
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory()) {
    if (await holdsRun(argument)) return withoutFile(await runImages(argument, onWarning));
    const dataset = await openDataset(`folder:${argument}`, { folders: 'plain', cacheBytes: 0, onWarning });
    return withoutFile(sideOfImages(argument, datasetImages(dataset)));
  }
  if (found === undefined && dataKinds.has(argument.split(':', 1)[0]!)) {
    const dataset = await openDataset(argument, { folders: 'plain', cacheBytes: 0, onWarning });
    return withoutFile(sideOfImages(argument, datasetImages(dataset)));
  }
  if (found === undefined && !/\.np[yz]$/i.test(argument)) {
    throw new UsageError(`${argument}: no such file or folder`);
  }
  const source = await fileSource(argument);
  try {
    return { side: await openSide(source, argument), [Symbol.asyncDispose]: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * Opens what a flag names: see {@link sourceHelp}.
 * @throws UsageError, DataError, FormatError, MetricError or FileError, one line, for what is none of these
 */
export async function openSource(argument: string, options: SourceOptions): Promise<OpenedSide> {
  const opened = await openWhole(argument, options);
  const { most, seed = 0 } = options;
  if (most === undefined) return opened;
  return { side: someOfSide(opened.side, most, seed), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}
