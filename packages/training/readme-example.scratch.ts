import { rin, rinConfig } from '@noisesmith/rin';
import { openDevice } from '@noisesmith/tensor';
import { memoryStorage, Trainer, trainConfig } from '@noisesmith/training';

const size = { image: [8, 8], channels: 1, patch: 4, latents: 6, latentDim: 32, tapeDim: 16, blocks: [1] } as const;
const denoiser = rin(rinConfig({ ...size, heads: 2, rwHeads: 2, classes: 2 }));
const config = trainConfig({
  steps: 30,
  batch: 4,
  optimizer: { name: 'adamw' },
  learningRate: { base: 1e-3, warmup: 5 },
});
const batches = async (step: number) => ({
  images: Float32Array.from({ length: 4 * 64 }, (_, i) => ((i + step) % 7) / 6),
  labels: [0, 1, 0, 1],
});
const device = await openDevice();
const trainer = await Trainer.create({
  device,
  denoiser,
  config,
  batches,
  storage: memoryStorage(),
  tick: { steps: 10 },
});
await trainer.train({ onEvent: (event) => console.log(event) });
console.log('weights to sample from:', (await trainer.emaWeights()).length, 'bytes');
device.destroy();
