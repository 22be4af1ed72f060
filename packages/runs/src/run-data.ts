import { datasetChanges, datasetFacts, type ImageDataset, type RecordedFacts } from '@noisesmith/data';
import { SettingError } from '@noisesmith/training';
import { type RunFiles, readText } from './run-files';
import { parseJson, runFileNames } from './run-state';

/** What a run keeps of its data, to see whether they are the same when it goes on. */
export function recordedFacts(dataset: ImageDataset): RecordedFacts {
  const { classes, fingerprint, images } = datasetFacts(dataset);
  return { fingerprint, images, classes };
}

/** @returns undefined where the run has none, or none that can be read as such */
async function storedFacts(files: RunFiles): Promise<RecordedFacts | undefined> {
  const text = await readText(files, runFileNames.dataset);
  if (text === undefined) return undefined;
  const { classes, fingerprint, images } = parseJson(
    text,
    `${files.name}/${runFileNames.dataset}`,
  ) as Partial<RecordedFacts>;
  if (typeof fingerprint !== 'string' || typeof images !== 'number' || !Array.isArray(classes)) return undefined;
  return classes.every((one) => typeof one?.name === 'string') ? { classes, fingerprint, images } : undefined;
}

/** Whether the data are known to be those that the run began with. */
export async function isSameDataset(files: RunFiles, dataset: ImageDataset): Promise<boolean> {
  return (await storedFacts(files))?.fingerprint === dataset.fingerprint;
}

/**
 * Compares the data with those that the run began with.
 * @returns one line where images differ, so that what follows is no longer what an uninterrupted run would have been
 * @throws SettingError where class names differ, so that labels would mean something else
 */
export async function compareDataset(files: RunFiles, dataset: ImageDataset): Promise<string | undefined> {
  const before = await storedFacts(files);
  const changes = before && datasetChanges(before, recordedFacts(dataset));
  if (changes === undefined) return undefined;
  const names = before!.classes.map(({ name }) => name);
  if (names.join('\0') !== dataset.classes.join('\0')) {
    throw new SettingError(
      'data.source',
      `${dataset.name}: not the classes that the run in ${files.name} began with (${changes}); restore the data, or train in another folder`,
    );
  }
  return `${dataset.name}: the data have changed since the run began (${changes}); it goes on with those there are now`;
}
