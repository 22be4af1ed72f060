import type { BrokenImage } from './broken-images';
import { type CheckOptions, checkDataset } from './check';
import type { ImageDataset } from './dataset';
import { type DatasetFacts, datasetFacts } from './facts';

/** What is in a data set, as far as it was looked at. */
export interface DatasetContents extends DatasetFacts {
  /** Images that were decoded. */
  readonly looked: number;
  /** Those of them that do not decode. */
  readonly broken: readonly BrokenImage[];
}

/** Images that tell the sizes where not all are decoded. */
const FEW = 64;

/**
 * Looks at the images of a data set: at all of them, or at few where only decoding tells their sizes.
 * @throws as `checkDataset`
 */
export async function inspectDataset(
  dataset: ImageDataset,
  { all = false, ...options }: Omit<CheckOptions, 'images'> & { readonly all?: boolean } = {},
): Promise<DatasetContents> {
  const facts = datasetFacts(dataset);
  if (!all && facts.sizes !== null) return { ...facts, looked: 0, broken: [] };
  const { broken, looked, sizes } = await checkDataset(dataset, {
    ...options,
    ...(!all && { images: Math.min(FEW, dataset.size) }),
  });
  return { ...facts, sizes: sizes ?? facts.sizes, looked, broken };
}
