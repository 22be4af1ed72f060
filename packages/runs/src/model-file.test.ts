// Reference: what a run has written, read back; each field of its metadata and single bytes spoilt in turn.
import { bytesSource, FormatError, readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { openOracle } from '@noisesmith/tensor';
import { CheckpointError, checkpointName } from '@noisesmith/training';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from './model-file';
import { openRun } from './run';
import { tinyDataset, tinyRun, watchedFiles } from './testing/tiny-run';

const config = tinyRun({ 'train.steps': 3, 'train.ema.warmup': 'none' });
const files = watchedFiles();
let weights: Uint8Array<ArrayBuffer>;
let parameters: Float32Array;
beforeAll(async () => {
  using backend = openOracle({ precision: 'f32' });
  using run = await openRun(config, { backend, dataset: await tinyDataset(), files });
  await run.train();
  weights = (await files.read('ema.safetensors'))!;
  await using checkpoint = await files.checkpoints.open(checkpointName(3));
  parameters = (await readModel(checkpoint, { weights: 'raw' })).weights;
});

const read = (bytes: Uint8Array) => readModel(bytesSource(bytes, 'file.safetensors'));

/** The weights again, without a digest, and with other metadata. */
function withMetadata(change: Readonly<Record<string, string | undefined>>): Uint8Array {
  const { metadata, tensors } = readSafetensors(weights);
  const { digest: _, format: __, ...rest } = metadata;
  const entries = Object.entries({ ...rest, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return writeSafetensors(tensors, Object.fromEntries(entries));
}

/** Metadata `run` with one section or field replaced. */
const runWith = (change: object): string => JSON.stringify({ ...config, ...change });

describe('a model', () => {
  it('is read from weights and from a checkpoint, with its run and its class names', async () => {
    const model = await read(weights);
    // A run holds the backend that it began on.
    expect(model.run).toEqual({ ...config, backend: 'oracle' });
    expect(model.classes).toEqual(['up', 'down', 'left']);
    expect(model.denoiser.config).toEqual(config.model);
    await using checkpoint = await files.checkpoints.open(checkpointName(3));
    expect((await readModel(checkpoint)).weights).toEqual(model.weights);
    expect(parameters).not.toEqual(model.weights);
    expect(parameters).toHaveLength(model.weights.length);
  });

  it('of weights has no raw ones', async () => {
    const raw = readModel(bytesSource(weights, 'file.safetensors'), { weights: 'raw' });
    await expect(raw).rejects.toThrow('file.safetensors: holds the moving average alone');
  });

  it('without class names has none', async () => {
    expect((await read(withMetadata({ classes: undefined }))).classes).toEqual([]);
  });

  it.each<[Readonly<Record<string, string | undefined>>, string]>([
    [{ config: undefined }, 'the metadata has no config and run'],
    [{ run: undefined }, 'the metadata has no config and run'],
    [{ config: 'nonsense' }, "metadata 'config': RIN config in metadata: expected a JSON object"],
    [{ config: '{"patch":"2"}' }, "metadata 'config': RIN config in metadata: "],
    [{ run: '{}' }, "metadata 'run': preset is undefined; expected a name"],
    [{ run: '[]' }, "metadata 'run': expected a JSON object"],
    [{ run: '{"preset' }, "metadata 'run': "],
    [{ run: runWith({ model: null }) }, "metadata 'run': model is null; expected an object"],
    [{ run: runWith({ sampling: undefined }) }, "metadata 'run': sampling.steps is missing"],
    [{ run: runWith({ sampling: { ...config.sampling, steps: 'many' } }) }, 'sampling.steps is "many"'],
    [{ run: runWith({ train: { ...config.train, inputScale: 0 } }) }, 'train.inputScale is 0; expected a number > 0'],
    [{ classes: '{"0":"a"}' }, "metadata 'classes': expected a list of names"],
    [{ classes: '["a","b","c","d"]' }, "metadata 'classes': 4 names for a network of 3 classes"],
  ])('whose metadata are spoilt is refused in one line: %j', async (change, message) => {
    const error = await read(withMetadata(change)).catch((found: unknown) => found);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(`file.safetensors: ${message.startsWith('metadata') ? message : ''}`);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('with a byte changed anywhere is refused', async () => {
    for (const at of [weights.length - 1, Math.floor(weights.length / 2), 60]) {
      const spoilt = weights.slice();
      spoilt[at]! ^= 1;
      await expect(read(spoilt), `byte ${at}`).rejects.toThrow(/file\.safetensors/);
    }
  });

  it('with weights that are no numbers says so', async () => {
    const { metadata, tensors } = readSafetensors(weights);
    const { digest: _, format: __, ...rest } = metadata;
    (tensors.get('stem.weight')!.data as Float32Array)[3] = Number.NaN;
    const spoilt = read(writeSafetensors(tensors, rest));
    await expect(spoilt).rejects.toThrow(CheckpointError);
    await expect(spoilt).rejects.toThrow(/file\.safetensors: tensor 'stem\.weight'/);
  });
});
