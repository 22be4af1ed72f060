// References: a checkpoint of a run of the tiny network, whose configuration is known; arrays written here, with what is
// wrong in them.
import { bytesSource, type NdArray, writeIdx, writeNpz, writeSafetensors } from '@noisesmith/formats';
import { rin, rinConfigToMetadata } from '@noisesmith/rin';
import { openOracle } from '@noisesmith/tensor';
import { checkpointName } from '@noisesmith/training';
import { describe, expect, it } from 'vitest';
import { inspectFile } from './inspect-file';
import { openRun } from './run';
import { tinyDataset, tinyRun, watchedFiles } from './testing/tiny-run';

const config = tinyRun({ 'train.steps': 1 });
const parameters = rin(config.model).layout.segments.reduce((sum, { size }) => sum + size, 0);
const inspect = (bytes: Uint8Array, check = false) => inspectFile(bytesSource(bytes, 'x.safetensors'), { check });
const w: NdArray = { dtype: 'F32', shape: [2, 2], data: Float32Array.of(0, 1, 2, 5) };

describe('inspectFile', () => {
  it('tells network, run and classes of what a run has written', async () => {
    const files = watchedFiles();
    using backend = openOracle({ precision: 'f32' });
    using run = await openRun(config, { backend, dataset: await tinyDataset(), files });
    await run.train();
    await using checkpoint = await files.checkpoints.open(checkpointName(1));
    const written = { ...config, backend: 'oracle' };
    const model = { network: config.model, run: written, classes: ['up', 'down', 'left'], parameters, problems: [] };
    expect(await inspectFile(checkpoint)).toMatchObject({ ...model, kind: 'checkpoint' });
    const weights = await inspect((await files.read('ema.safetensors'))!, true);
    expect(weights).toMatchObject({ ...model, kind: 'safetensors', file: 'x.safetensors' });
    for (const { shape, values } of weights.tensors) expect(values!.count).toBe(shape.reduce((n, m) => n * m, 1));
  });

  it('says what is wrong with the metadata of a model, and leaves those of others alone', async () => {
    const network = rinConfigToMetadata(config.model);
    const ofConfig = await inspect(writeSafetensors({ w }, { config: network }));
    expect(ofConfig).toMatchObject({ network: config.model, run: null, problems: [], parameters: 4 });
    const others = await inspect(writeSafetensors({ w }, { config: '{"hidden":1}', note: 'theirs' }));
    expect(others).toMatchObject({ network: null, run: null, problems: [] });
    for (const run of ['null', '[]', '{', '{"preset":1}']) {
      const { problems, run: read } = await inspect(writeSafetensors({ w }, { config: network, run }));
      expect(problems).toEqual([expect.stringMatching(/^metadata 'run': \S/)]);
      expect(read).toBeNull();
    }
    const spoilt = await inspect(writeSafetensors({ w }, { config: '{}', run: JSON.stringify(config) }));
    expect(spoilt).toMatchObject({
      network: null,
      run: config,
      problems: [expect.stringMatching(/^metadata 'config': /)],
    });
  });

  it('reads values where it is asked to, of what holds numbers', async () => {
    expect((await inspect(writeSafetensors({ w }))).tensors).toEqual([
      { name: 'w', dtype: 'F32', shape: [2, 2], bytes: 16 },
    ]);
    const bad: NdArray = { dtype: 'F32', shape: [3], data: Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY) };
    const found = await inspect(writeSafetensors({ w, bad }), true);
    expect(found.tensors.find(({ name }) => name === 'w')!.values).toMatchObject({ min: 0, mean: 2, max: 5, nan: 0 });
    expect(found.problems).toEqual(['tensor bad: 2 of 3 values are infinite or NaN']);
    const idx = await inspect(writeIdx({ dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 6) }), true);
    expect(idx).toMatchObject({ kind: 'idx', tensors: [{ name: '', values: { mean: 3 } }], problems: [] });
  });

  it('goes on behind a damaged array', async () => {
    const bytes = writeNpz({ a: { dtype: 'U8', shape: [300], data: new Uint8Array(300).fill(5) }, w });
    bytes[bytes.indexOf(5, 200)]! ^= 1;
    const { problems, tensors } = await inspect(bytes, true);
    expect(problems).toEqual([expect.stringMatching(/a\.npy: damaged: .*CRC-32/)]);
    expect(tensors.map(({ name, values }) => [name, values?.count])).toEqual([
      ['a', undefined],
      ['w', 4],
    ]);
  });

  it('tells how far it is, and stops when told to', async () => {
    const seen: unknown[] = [];
    await inspectFile(bytesSource(writeSafetensors({ w })), { check: true, onProgress: (...step) => seen.push(step) });
    expect(seen).toEqual([
      ['w', 0, 4],
      ['w', 4, 4],
    ]);
    const reason = new Error('enough');
    const stopped = inspectFile(bytesSource(writeSafetensors({ w })), {
      check: true,
      signal: AbortSignal.abort(reason),
    });
    await expect(stopped).rejects.toThrow(reason);
  });
});
