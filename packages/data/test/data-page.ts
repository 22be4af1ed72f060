/** What the page of the browser test runs: data sets from chosen and dropped folders and from addresses. */
import {
  chosenFiles,
  datasetFacts,
  droppedFiles,
  type Files,
  type ImageDataset,
  openDataset,
  urlFiles,
} from '@noisesmith/data';

const input = Object.assign(document.createElement('input'), { type: 'file', webkitdirectory: true, id: 'folder' });
document.body.append(input);
const target = Object.assign(document.createElement('div'), { id: 'target' });
target.style.height = '200px';
document.body.append(target);

const dropped = new Promise<Files>((resolve, reject) => {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    droppedFiles(event.dataTransfer!.items).then(resolve, reject);
  });
});

/** Where a set of this page may come from. */
const places = {
  chosen: () => chosenFiles(input.files!),
  dropped: () => dropped,
  address: () => urlFiles('/set/', ['pets/cat/flat.png']),
} satisfies Record<string, () => Files | Promise<Files>>;

/** An image as it is stored, or why it does not decode. */
async function shownAs(dataset: ImageDataset, index: number) {
  try {
    const { width, height, data } = await dataset.original(index);
    return { name: dataset.describe(index), width, height, data: [...data] };
  } catch (error) {
    return { name: dataset.describe(index), error: (error as Error).message };
  }
}

/** All that a set says of itself, and its images; at a size, also the first batch. */
async function look(place: keyof typeof places, spec: string, size?: number) {
  const warnings: string[] = [];
  const options = { onWarning: (message: string) => warnings.push(message), ...(size !== undefined && { size }) };
  const dataset = await openDataset(spec, options, await places[place]());
  const indices = Array.from({ length: dataset.size }, (_, index) => index);
  const images = await Promise.all(indices.map((index) => shownAs(dataset, index)));
  const batch = size === undefined ? undefined : await dataset.batch(indices);
  return {
    facts: datasetFacts(dataset),
    images,
    warnings,
    batch: batch && { images: [...batch.images], labels: [...batch.labels] },
  };
}

const page = {
  look,
  /** The message of what opening without files throws. */
  withoutFiles: (spec: string) =>
    openDataset(spec).then(
      () => '',
      (error: Error) => error.message,
    ),
};

declare global {
  var data: typeof page;
}
globalThis.data = page;
