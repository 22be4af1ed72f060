/** Digits as a training run sees them: shuffled by seed, averaged down to 14x14; and what a set says of itself. */
import { chosenFiles, datasetChanges, datasetFacts, openDataset, trainBatch } from '@noisesmith/data';

const mnist = await openDataset('mnist', { size: 14, resize: 'area', channels: 1 });
console.log(`${mnist.size} images of ${mnist.width}x${mnist.height}, classes ${mnist.classes.join(' ')}`);

const stream = { seed: 3, batchSize: 4 };
const { images, labels } = await trainBatch(mnist, stream, 5000); // at once, without the 5000 batches before it
console.log(`batch 5000 shows ${labels.join(', ')}:`);
const shades = ' .:*#';
for (let y = 0; y < 14; y++) {
  const row = (image: number) => images.subarray((image * 14 + y) * 14, (image * 14 + y + 1) * 14);
  const draw = (image: number) => Array.from(row(image), (v) => shades[Math.round(v * 4)]).join('');
  console.log([0, 1, 2, 3].map(draw).join('|'));
}

const mean = (await mnist.pixels(0)).reduce((sum, value) => sum + value, 0) / 14 ** 2;
console.log(`image 0 is a ${mnist.label(0)} with mean ${mean.toFixed(4)}`);

const { classes, fingerprint } = datasetFacts(mnist);
console.log(
  `${classes.map(({ name, images: count }) => `${count} of ${name}`).join(', ')}; fingerprint ${fingerprint}`,
);

// Files from anywhere: these stand for what a person chooses in a page.
const portions = [10, 20].map((count) => {
  const header = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2];
  return chosenFiles([new File([Uint8Array.from([...header, ...new Array(count * 4).fill(count)])], 'images.idx')]);
});
const [before, now] = await Promise.all(
  portions.map(async (files) => datasetFacts(await openDataset('idx:images.idx', {}, files))),
);
console.log(`the set changed: ${datasetChanges(before!, now!)}`);
