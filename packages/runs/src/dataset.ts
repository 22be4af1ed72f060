import { type Files, type ImageDataset, openDataset } from '@noisesmith/data';
import { SettingError } from '@noisesmith/training';
import type { RunConfig } from './config';

/** Where the data are and who is told of them. */
export interface OpenDataOptions {
  /** Where paths of the data set lead; as `openDataset` has it. */
  readonly files?: Files;
  /** Told in one line of each image that does not decode. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The data set of a run, known to fit its network.
 * @throws SettingError or DataError, one line, for a set that is missing, does not open or does not fit
 */
export async function openRunDataset(config: RunConfig, options: OpenDataOptions = {}): Promise<ImageDataset> {
  const { data, preset } = config;
  const { channels, crop, resize, size, source } = data;
  if (source === null) {
    throw new SettingError(
      'data.source',
      `preset ${preset} has no data set of its own; name one, e.g. --data folder:PATH`,
    );
  }
  const { files, onWarning } = options;
  const dataset = await openDataset(source, { size, channels, resize, crop, ...(onWarning && { onWarning }) }, files);
  checkDatasetFits(config, dataset);
  return dataset;
}

/** @throws SettingError, one line, for images or labels that the network does not take */
export function checkDatasetFits({ data, model }: RunConfig, dataset: ImageDataset): void {
  const { crop, size } = data;
  const { classes, height, name, width } = dataset;
  if (height !== size || width !== size) {
    throw new SettingError(
      'data.crop',
      `data ${name}: images are ${height}x${width} after data.crop=${crop}, expected ${size}x${size}; set data.crop=center`,
    );
  }
  if (dataset.channels !== model.channels) {
    throw new SettingError(
      'data.channels',
      `data ${name}: images have ${dataset.channels} channels, but model.channels is ${model.channels}`,
    );
  }
  const known = classes.length;
  if (model.classes > 0 && known === 0) {
    throw new SettingError(
      'model.classes',
      `data ${name} has no labels, but model.classes is ${model.classes}; set model.classes=0 and sampling.guidance=0`,
    );
  }
  if (model.classes > 0 && known > model.classes) {
    throw new SettingError(
      'model.classes',
      `data ${name}: label ${known - 1} is out of range, model.classes is ${model.classes}; set model.classes=${known}`,
    );
  }
}

/** What somebody who begins a run on these data may not know, one line each. */
export function datasetWarnings({ model }: RunConfig, dataset: ImageDataset): string[] {
  const { classes, name, warnings } = dataset;
  const lines = [...warnings];
  if (classes.length > 0 && model.classes === 0) {
    lines.push(`${name}: its ${classes.length} classes are not used; set model.classes=${classes.length} to use them`);
  }
  if (classes.length > 0 && classes.length < model.classes) {
    lines.push(
      `${name}: ${classes.length} classes for the ${model.classes} of the network (model.classes); nothing teaches it the others`,
    );
  }
  return lines;
}

const MOST_NAMES = 12;

/** What is trained on, in one line: how many images and which classes. What was left out is one of the data's warnings. */
export function describeDataset({ classes, name, size }: ImageDataset): string {
  const shown = classes.slice(0, MOST_NAMES).join(', ');
  const more = classes.length > MOST_NAMES ? `, and ${classes.length - MOST_NAMES} more` : '';
  const kinds = classes.length === 0 ? 'without classes' : `in ${classes.length} classes (${shown}${more})`;
  return `${name}: ${size} image${size === 1 ? '' : 's'} ${kinds}`;
}
