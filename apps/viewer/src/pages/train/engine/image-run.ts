import type { ImageDataset } from '@noisesmith/data';
import { parameterCount } from '@noisesmith/rin';
import { allLabels, classGridPng, type Draw, drawOf, openRun, type RunConfig, type RunFiles } from '@noisesmith/runs';
import type { Backend } from '@noisesmith/tensor';
import type { LaneEvent, Trainable } from './lane';

/** Samples that are shown: as many as run together on small images, every class as often as the others. */
const SHOWN = 16;

function shownDraw(classes: number): Draw {
  const each = Math.max(1, Math.floor(SHOWN / Math.max(1, classes)));
  const count = classes === 0 ? SHOWN : Math.min(SHOWN, classes * each);
  return drawOf(
    Array.from({ length: count }, (_, seed) => seed),
    allLabels(classes),
  );
}

/** A data set that tells when a batch of it is asked for. */
function watched(dataset: ImageDataset, onBatch: () => void): ImageDataset {
  return Object.create(dataset, {
    batch: {
      value(items: Parameters<ImageDataset['batch']>[0]) {
        onBatch();
        return dataset.batch(items);
      },
    },
  }) as ImageDataset;
}

export interface ImageRunOptions {
  readonly backend: Backend;
  readonly openBackend?: () => Promise<Backend>;
  readonly dataset: ImageDataset;
  readonly files: RunFiles;
  readonly onEvent?: (event: Extract<LaneEvent, { type: 'compiling' }>) => void;
  /** Of 'step' events; as in `TrainerOptions`. */
  readonly tick?: { readonly steps?: number; readonly seconds?: number };
}

/**
 * A run of pictures, new or kept, whose samples become grids of its folder.
 * @throws as `openRun`
 */
export async function openImageRun(config: RunConfig, options: ImageRunOptions): Promise<Trainable> {
  const { files, onEvent, ...rest } = options;
  let trainable: Trainable | undefined;
  const dataset = watched(options.dataset, () => trainable?.onBatch());
  const run = await openRun(config, {
    ...rest,
    files,
    dataset,
    onEvent: (event) => {
      if (event.type === 'compiling') onEvent?.(event);
    },
  });
  trainable = {
    steps: config.train.steps,
    parameters: parameterCount(run.denoiser.config),
    get step() {
      return run.step;
    },
    onBatch: () => undefined,
    train: (listening) => run.train(listening),
    async sample(signal) {
      const { step } = run;
      const draw = shownDraw(config.model.classes);
      const images = await run.sample(draw, { signal });
      await files.write(`grids/${String(step).padStart(6, '0')}.png`, classGridPng(images, draw.labels));
      return { type: 'images', step, images, labels: draw.labels };
    },
    [Symbol.dispose]: () => run.destroy(),
  };
  return trainable;
}
