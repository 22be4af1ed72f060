/** Digits as a training run sees them: shuffled by seed, averaged down to 14x14. */
import { openDataset, trainBatch } from '@noisesmith/data';

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
