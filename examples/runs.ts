/** A whole run in memory: settings over a preset, training that is stopped and gone on with, a grid and samples. */
import { arrayDataset } from '@noisesmith/data';
import { applySettings, checkRunConfig, classGridPng, memoryRunFiles, openRun, presetConfig } from '@noisesmith/runs';
import { openBackend } from '@noisesmith/tensor';

const settings = {
  ...{ 'data.size': 8, 'model.image': [8, 8], 'model.patch': 4, 'model.latents': 6, 'model.latentDim': 16 },
  ...{ 'model.tapeDim': 16, 'model.blocks': [1], 'model.heads': 2, 'model.rwHeads': 2, 'model.classes': 2 },
  ...{ 'train.steps': 60, 'sampling.steps': 4, 'output.gridEvery': 0, 'output.checkpointEvery': 30 },
};
const given = Object.entries(settings).map(([path, value]) => ({ path, value, from: 'this example' }));
const config = checkRunConfig(applySettings(presetConfig('mnist-tiny'), given));

// Dark and bright squares.
const data = Uint8Array.from({ length: 20 * 64 }, (_, i) => (Math.floor(i / 64) % 2 === 0 ? 30 : 220));
const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
const dataset = await arrayDataset(
  { dtype: 'U8', shape: [20, 8, 8, 1], data },
  { dtype: 'I32', shape: [20], data: labels },
  { name: 'squares', channels: 1, classes: ['dark', 'bright'] },
);

const files = memoryRunFiles();
using backend = (await openBackend()).backend;
const stop = new AbortController();
{
  using run = await openRun(config, { backend, dataset, files });
  const end = await run.train({
    signal: stop.signal,
    onEvent(event) {
      if (event.type === 'checkpoint') stop.abort();
    },
  });
  console.log(`${end} at step ${run.step}`);
}
using run = await openRun(config, { backend, dataset, files });
console.log(`going on from step ${run.step}`);
console.log(`${await run.train()} at step ${run.step}`);

const images = await run.sample({ seeds: [0, 1, 2, 3], labels: [0, 0, 1, 1] });
const means = Array.from(
  { length: 4 },
  (_, i) => images.data.subarray(i * 64, (i + 1) * 64).reduce((a, b) => a + b) / 64,
);
console.log('mean of each sample:', ...means.map(Math.round));
console.log('a grid of', classGridPng(images, [0, 0, 1, 1]).length, 'bytes of PNG');
