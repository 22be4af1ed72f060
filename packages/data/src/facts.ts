import type { ImageDataset, ImageSizes, SkippedFiles } from './dataset';

export interface ClassFacts {
  readonly name: string;
  readonly images: number;
}

/** What a data set holds, known without decoding it; plain data, fit for a file. */
export interface DatasetFacts {
  readonly name: string;
  readonly images: number;
  /** In order of the labels; empty without labels. */
  readonly classes: readonly ClassFacts[];
  /** Of the images as they are stored; null where only decoding tells. */
  readonly sizes: ImageSizes | null;
  /** Files that are left out, by why. */
  readonly skipped: readonly SkippedFiles[];
  /** What its owner may not know, one line each. */
  readonly warnings: readonly string[];
  /** Changes when images, labels or class names do, wherever the set lies. */
  readonly fingerprint: string;
}

/** Counts the images of each class, and repeats what the data set says of itself. */
export function datasetFacts(dataset: ImageDataset): DatasetFacts {
  const counts = new Array<number>(dataset.classes.length).fill(0);
  if (counts.length > 0) for (let index = 0; index < dataset.size; index++) counts[dataset.label(index)]!++;
  return {
    name: dataset.name,
    images: dataset.size,
    classes: dataset.classes.map((name, label) => ({ name, images: counts[label]! })),
    sizes: dataset.sizes ?? null,
    skipped: dataset.skipped,
    warnings: dataset.warnings,
    fingerprint: dataset.fingerprint,
  };
}

const SHOWN = 5;

function someOf(changes: readonly string[]): string {
  const more = changes.length - SHOWN;
  return changes.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** What {@link datasetChanges} compares. */
export type RecordedFacts = Pick<DatasetFacts, 'images' | 'classes' | 'fingerprint'>;

/**
 * What changed in a data set between two looks at it, in one line; undefined where nothing did. Classes are told by name,
 * with how many images they had and have.
 */
export function datasetChanges(before: RecordedFacts, now: RecordedFacts): string | undefined {
  if (before.fingerprint === now.fingerprint) return undefined;
  const imagesIn = ({ classes }: RecordedFacts) => new Map(classes.map(({ name, images }) => [name, images]));
  const had = imagesIn(before);
  const has = imagesIn(now);
  const changes = [
    ...now.classes.filter(({ name }) => !had.has(name)).map(({ name }) => `class ${name} is new`),
    ...before.classes.filter(({ name }) => !has.has(name)).map(({ name }) => `class ${name} is gone`),
    ...now.classes
      .filter(({ name, images }) => had.has(name) && had.get(name) !== images)
      .map(({ name, images }) => `class ${name} has ${images} images, not ${had.get(name)}`),
  ];
  if (changes.length === 0 && before.images !== now.images) changes.push(`${now.images} images, not ${before.images}`);
  if (changes.length > 0) return someOf(changes);
  return 'as many images in each class as before, but with other names, sizes, labels or pixels';
}
