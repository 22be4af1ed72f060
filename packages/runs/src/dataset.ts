import { type ImageDataset, openDataset } from '@noisesmith/data';
import { SettingError } from '@noisesmith/training';
import type { RunConfig } from './config';

/**
 * The data set of a run, known to fit its network.
 * @throws SettingError or DataError, one line, for a set that is missing, does not open or does not fit
 */
export async function openRunDataset({ data, model, preset }: RunConfig): Promise<ImageDataset> {
  const { channels, crop, resize, size, source } = data;
  if (source === null) {
    throw new SettingError(
      'data.source',
      `preset ${preset} has no data set of its own; name one, e.g. --data folder:PATH`,
    );
  }
  const dataset = await openDataset(source, { size, channels, resize, crop });
  if (dataset.height !== size || dataset.width !== size) {
    throw new SettingError(
      'data.source',
      `data ${source}: images are ${dataset.height}x${dataset.width} after data.crop=${crop}, expected ${size}x${size}; set data.crop=center`,
    );
  }
  const known = dataset.classes.length;
  if (model.classes > 0 && known === 0) {
    throw new SettingError(
      'data.source',
      `data ${source} has no labels, but model.classes is ${model.classes}; set model.classes=0 and sampling.guidance=0`,
    );
  }
  if (model.classes > 0 && known > model.classes) {
    throw new SettingError(
      'data.source',
      `data ${source}: label ${known - 1} is out of range, model.classes is ${model.classes}; set model.classes=${known}`,
    );
  }
  return dataset;
}
