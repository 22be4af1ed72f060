/** A RIN learns to denoise bright and dark squares; its checkpoint is kept in memory. */
import { rin, rinConfig } from '@noisesmith/rin';
import { openBackend } from '@noisesmith/tensor';
import { memoryStorage, Trainer, trainConfig } from '@noisesmith/training';

const size = { image: [8, 8], channels: 1, patch: 4, latents: 4, latentDim: 16, tapeDim: 16 } as const;
const denoiser = rin(rinConfig({ ...size, blocks: [1], heads: 2, rwHeads: 2, classes: 2 }));
const learningRate = { base: 3e-3, warmup: 20 };
const ema = { decay: 0.9999, warmup: 'ramp' } as const;
const config = trainConfig({ steps: 300, batch: 16, stratifyTime: true, learningRate, ema });

const batches = async () => {
  const labels = Array.from({ length: config.batch }, (_, i) => i % 2);
  return { labels, images: Float32Array.from({ length: config.batch * 64 }, (_, i) => labels[Math.floor(i / 64)]!) };
};
const storage = memoryStorage();
using backend = (await openBackend()).backend;
using trainer = await Trainer.create({ backend, denoiser, config, batches, storage, tick: { steps: 60 } });
await trainer.train({
  onEvent(event) {
    if (event.type === 'step') console.log(`step ${event.step}: loss ${event.loss.toFixed(3)}`);
    if (event.type === 'checkpoint') console.log(`${event.name}: ${event.bytes} bytes`);
  },
});
console.log('files:', ...(await storage.list()));
