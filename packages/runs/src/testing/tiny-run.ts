import { arrayDataset, type ImageDataset } from '@noisesmith/data';
import { checkRunConfig } from '../check';
import { presetConfig, type RunConfig } from '../config';
import type { RunEvent } from '../events';
import { memoryRunFiles, type RunFiles } from '../run-files';
import { applySettings } from '../settings';

/** A run of 8 steps of a network so small that the oracle computes one in a blink. */
export function tinyRun(settings: Readonly<Record<string, unknown>> = {}): RunConfig {
  const all = {
    'model.image': [4, 4],
    'model.latents': 4,
    'model.latentDim': 8,
    'model.tapeDim': 8,
    'model.blocks': [1],
    'model.heads': 2,
    'model.rwHeads': 2,
    'model.classes': 3,
    'data.size': 4,
    'data.source': 'npz:tiny.npz',
    'train.steps': 8,
    'train.batch': 2,
    'train.learningRate.warmup': 2,
    'sampling.steps': 2,
    'output.gridEvery': 4,
    'output.checkpointEvery': 3,
    'output.samplesPerClass': 1,
    ...settings,
  };
  const given = Object.entries(all).map(([path, value]) => ({ path, value, from: 'test' }));
  return checkRunConfig(applySettings(presetConfig('mnist-tiny'), given));
}

/** Grey images of 4x4 with a bright half, labels in turn. */
export function tinyDataset({
  count = 12,
  classes = ['up', 'down', 'left'],
}: {
  readonly count?: number;
  readonly classes?: readonly string[];
} = {}): Promise<ImageDataset> {
  const data = Uint8Array.from({ length: count * 16 }, (_, i) => ((i + Math.floor(i / 16)) % 4 < 2 ? 220 : 20));
  const labels = Int32Array.from({ length: count }, (_, i) => i % Math.max(1, classes.length));
  return arrayDataset(
    { dtype: 'U8', shape: [count, 4, 4, 1], data },
    classes.length > 0 ? { dtype: 'I32', shape: [count], data: labels } : undefined,
    { name: 'tiny', channels: 1, ...(classes.length > 0 && { classes }) },
  );
}

/** Memory that also tells what was written into it, in order. */
export function watchedFiles(): RunFiles & { readonly written: string[] } {
  const files = memoryRunFiles('run');
  const written: string[] = [];
  return {
    ...files,
    written,
    async write(name, content) {
      await files.write(name, content);
      written.push(name);
    },
  };
}

export function recorder() {
  const events: RunEvent[] = [];
  return {
    events,
    onEvent: (event: RunEvent): void => void events.push(event),
    ofType: <T extends RunEvent['type']>(type: T) =>
      events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type),
  };
}
