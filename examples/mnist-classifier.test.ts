// References: MNIST's own labels (a short training must learn them), and the test set path for samples made from the
// same images, which must give the same verdict to the digit.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpz } from '@noisesmith/formats';
import { frechetDistanceOfSets } from '@noisesmith/metrics';
import { type Backend, openBackend } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Digits, mnistDigits, readSamples } from './mnist-classifier/digits';
import { Judge, type Verdict } from './mnist-classifier/judging';
import { trainClassifier } from './mnist-classifier/training';
import { loadClassifier, saveClassifier } from './mnist-classifier/weights';
import { nodeArguments, root } from './testing/run-example';

const shape = { size: 14, channels: 1 } as const;
const TEST_IMAGES = 2000;

let folder: string;
let backend: Backend;
let judge: Judge;
let test: Digits;
let weights: string;

const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mnist-classifier-'));
  backend = (await openBackend()).backend;
  const parameters = await trainClassifier(backend, shape, await mnistDigits('train', shape, 20_000), {
    epochs: 2,
    seed: 1,
  });
  weights = inFolder('weights.safetensors');
  await saveClassifier(weights, shape, parameters);
  judge = await Judge.open(backend, shape, (await loadClassifier(weights, shape))!);
  test = await mnistDigits('test', shape, TEST_IMAGES);
});

afterAll(async () => {
  judge?.[Symbol.dispose]();
  backend?.destroy();
  await rm(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeArguments, join(root, 'examples', 'mnist-classifier.ts'), ...args],
      { cwd: folder },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** An npz of the test images; 3 channels repeat the grey value. */
async function writeSamples(name: string, channels: 1 | 3, labels: Uint8Array = test.labels): Promise<string> {
  const data = Uint8Array.from(
    { length: test.images.length * channels },
    (_, i) => test.images[Math.floor(i / channels)]!,
  );
  const arr_0 = { dtype: 'U8', shape: [TEST_IMAGES, 14, 14, channels], data } as const;
  const arr_1 = { dtype: 'I64', shape: [labels.length], data: BigInt64Array.from(labels, BigInt) } as const;
  await writeFile(inFolder(name), writeNpz({ arr_0, arr_1 }));
  return inFolder(name);
}

describe('the classifier', () => {
  it('learns digits', async () => {
    const verdict = await judge.judge(test);
    expect(verdict.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(verdict.meanConfidence).toBeGreaterThan(0.5);
    expect(verdict.classes.map(({ count }) => count).reduce((a, b) => a + b)).toBe(TEST_IMAGES);
  });

  it.each([1, 3] as const)('judges samples of %i channels as it judges the test set', async (channels) => {
    const samples = await readSamples(await writeSamples('samples.npz', channels), shape);
    expect(await judge.judge(samples)).toEqual(await judge.judge(test));
  });

  it('averages colours, and replicates grey for a network of three channels', async () => {
    const data = new Uint8Array(14 * 14 * 3).fill(90);
    data.set([0, 31, 60], 0);
    const arr_1 = { dtype: 'I32', shape: [1], data: Int32Array.of(4) } as const;
    const colour = { dtype: 'U8', shape: [1, 14, 14, 3], data } as const;
    await writeFile(inFolder('colour.npz'), writeNpz({ arr_0: colour, arr_1 }));
    const { images, labels } = await readSamples(inFolder('colour.npz'), shape);
    expect([...images.subarray(0, 2), images.length, ...labels]).toEqual([30, 90, 196, 4]);
    const grey = { dtype: 'U8', shape: [1, 14, 14, 1], data: images } as const;
    await writeFile(inFolder('grey.npz'), writeNpz({ arr_0: grey, arr_1 }));
    const three = await readSamples(inFolder('grey.npz'), { size: 14, channels: 3 });
    expect([...three.images.subarray(0, 4), three.images.length]).toEqual([30, 30, 30, 90, 588]);
  });

  it('finds wrong labels wrong', async () => {
    const labels = test.labels.map((label) => (label + 1) % 10);
    expect((await judge.judge({ images: test.images, labels })).accuracy).toBeLessThan(0.1);
  });

  it('sees test digits near each other, and other pictures far away', async () => {
    const half = test.images.length / 2;
    const [a, b] = [
      await judge.features(test.images.subarray(0, half)),
      await judge.features(test.images.subarray(half)),
    ];
    const negative = await judge.features(test.images.map((value) => 255 - value));
    expect([a.count, a.size]).toEqual([TEST_IMAGES / 2, 256]);
    const near = frechetDistanceOfSets(a, b);
    expect(near).toBeGreaterThan(0);
    expect(frechetDistanceOfSets(a, negative)).toBeGreaterThan(10 * near);
  });

  it('refuses weights for other images', async () => {
    await expect(loadClassifier(weights, { size: 28, channels: 1 })).rejects.toThrow(
      `${weights}: for images of size 14 and 1 channels, expected 28 and 1`,
    );
  });
});

describe('the command line', () => {
  it('loads weights, judges samples and prints one JSON document', async () => {
    const file = await writeSamples('cli.npz', 3);
    const { status, stdout, stderr } = await run('--weights', weights, '--samples', file, '--json');
    expect(stderr).toContain(`weights from ${weights}`);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { test: Verdict; samples: Verdict & { frechet: Record<string, number> } };
    expect(report.test.count).toBe(10_000);
    const { frechet, ...samples } = report.samples;
    expect(samples).toEqual(await judge.judge(test));
    // The samples are the first of the test digits.
    expect(frechet.samples).toBe(frechet.testDigits);
    expect(frechet.samples).toBeGreaterThan(0);
  });

  const bad: [string, () => Promise<string>, string][] = [
    ['a missing file', async () => inFolder('none.npz'), 'none.npz: cannot be read'],
    [
      'no archive',
      async () => {
        await writeFile(inFolder('text.npz'), 'text');
        return inFolder('text.npz');
      },
      'text.npz: not a readable npz archive',
    ],
    [
      'another size',
      async () => {
        const arr_0 = { dtype: 'U8', shape: [1, 28, 28, 1], data: new Uint8Array(784) } as const;
        const arr_1 = { dtype: 'U8', shape: [1], data: Uint8Array.of(3) } as const;
        await writeFile(inFolder('size.npz'), writeNpz({ arr_0, arr_1 }));
        return inFolder('size.npz');
      },
      'size.npz: arr_0 is U8 [1,28,28,1], expected U8 [n, 14, 14, 1 or 3]',
    ],
    [
      'a label past the last class',
      () => writeSamples('label.npz', 1, test.labels.with(7, 10)),
      'label.npz: arr_1: label 10 of image 7, expected 0 to 9',
    ],
  ];
  it.each(bad)('refuses %s in one line, exit status 2', async (_, make, message) => {
    const { status, stdout, stderr } = await run('--weights', weights, '--samples', await make());
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  it('refuses flags that cannot be', async () => {
    const { status, stderr } = await run('--epochs', '0');
    expect(stderr.trim()).toBe('mnist-classifier: --epochs: "0", expected a whole number from 1 to 1000');
    expect(status).toBe(2);
  });
});
