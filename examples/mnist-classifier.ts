/**
 * A digit classifier, trained with `@noisesmith/tensor` alone; it judges whether a model's samples show their labels.
 *
 *     node --conditions=@noisesmith/source --import tsx examples/mnist-classifier.ts --weights digits.safetensors \
 *       --samples samples.npz
 */
import { parseArgs } from 'node:util';
import { frechetDistance, momentsOf } from '@noisesmith/metrics';
import { type Backend, openBackend } from '@noisesmith/tensor';
import { type Digits, InputError, isInputError, mnistDigits, readSamples } from './mnist-classifier/digits';
import { Judge, type Tally, type Verdict } from './mnist-classifier/judging';
import { type ImageShape, pixelsOf } from './mnist-classifier/network';
import { trainClassifier } from './mnist-classifier/training';
import { loadClassifier, saveClassifier } from './mnist-classifier/weights';

const usage = `usage: mnist-classifier [--size N] [--channels 1|3] [--epochs N] [--seed N] [--weights FILE]
                        [--samples FILE.npz] [--json]

  --size N         height and width of the images, 1 to 28 (default 14)
  --channels 1|3   channels that the network sees (default 1: colours are averaged)
  --epochs N       passes over the 60,000 training images (default 5)
  --seed N         of the initial weights, the order and the shifts (default 0)
  --weights FILE   load the weights from here, or train and save them when there is no such file
  --samples FILE   judge arr_0 (uint8 [n, size, size, channels]) against the labels arr_1, and compare them with MNIST:
                   the Fréchet distance of what the last layer sees of them and of the training images
  --json           print one JSON document instead of tables`;

interface Settings {
  readonly shape: ImageShape;
  readonly epochs: number;
  readonly seed: number;
  readonly weights: string | undefined;
  readonly samples: string | undefined;
  readonly json: boolean;
}

/** @throws InputError, one line */
function parseSettings(args: readonly string[]): Settings | 'help' {
  const { values } = parseFlags(args);
  if (values.help) return 'help';
  const whole = (flag: 'size' | 'channels' | 'epochs' | 'seed', least: number, most: number): number => {
    const number = Number(values[flag]);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InputError(
      `--${flag}: ${JSON.stringify(values[flag])}, expected a whole number from ${least} to ${most}`,
    );
  };
  const channels = whole('channels', 1, 3);
  if (channels === 2) throw new InputError('--channels: "2", expected 1 or 3');
  return {
    shape: { size: whole('size', 1, 28), channels: channels as 1 | 3 },
    epochs: whole('epochs', 1, 1000),
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
    weights: values.weights,
    samples: values.samples,
    json: values.json,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        size: { type: 'string', default: '14' },
        channels: { type: 'string', default: '1' },
        epochs: { type: 'string', default: '5' },
        seed: { type: 'string', default: '0' },
        weights: { type: 'string' },
        samples: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new InputError((error as Error).message.split('\n', 1)[0]);
  }
}

const progress = (line: string): void => console.error(`mnist-classifier: ${line}`);

async function parametersFor(backend: Backend, { shape, epochs, seed, weights }: Settings): Promise<Float32Array> {
  const loaded = weights === undefined ? undefined : await loadClassifier(weights, shape);
  if (loaded) {
    progress(`weights from ${weights}`);
    return loaded;
  }
  progress(`training on MNIST at ${shape.size}x${shape.size}x${shape.channels}`);
  const trained = await trainClassifier(backend, shape, await mnistDigits('train', shape), {
    epochs,
    seed,
    onEpoch: (epoch, loss, seconds) =>
      progress(`epoch ${epoch} of ${epochs}: mean loss ${loss.toFixed(4)}, ${seconds.toFixed(1)} s`),
  });
  if (weights !== undefined) {
    await saveClassifier(weights, shape, trained);
    progress(`weights saved as ${weights}`);
  }
  return trained;
}

/** Squared Fréchet distances to the training digits, of what the last layer sees. */
interface Distances {
  readonly samples: number;
  /** Of as many test digits, which is about what the best samples would have. */
  readonly testDigits: number;
}

async function distances(judge: Judge, shape: ImageShape, samples: Digits, test: Digits): Promise<Distances> {
  const training = momentsOf(await judge.features((await mnistDigits('train', shape)).images));
  const distance = async (images: Uint8Array): Promise<number> =>
    frechetDistance(momentsOf(await judge.features(images)), training);
  const asMany = Math.min(samples.labels.length, test.labels.length) * pixelsOf(shape);
  return {
    samples: await distance(samples.images),
    testDigits: await distance(test.images.subarray(0, asMany)),
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`.padStart(8);
const line = (what: string, { accuracy, count, meanConfidence }: Tally): string =>
  `${what.padEnd(8)} ${String(count).padStart(7)} ${percent(accuracy)} ${percent(meanConfidence).padStart(15)}`;

function table(verdict: Verdict): string {
  const rows = verdict.classes.map((tally, label) => line(String(label), tally));
  return ['label     images accuracy mean confidence', ...rows, line('all', verdict)].join('\n');
}

async function main(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2));
  if (settings === 'help') return console.log(usage);
  const { shape } = settings;
  // Before the training, which a mistake here would waste.
  const samples = settings.samples === undefined ? undefined : await readSamples(settings.samples, shape);
  using backend = (await openBackend()).backend;
  using judge = await Judge.open(backend, shape, await parametersFor(backend, settings));
  const testDigits = await mnistDigits('test', shape);
  const test = await judge.judge(testDigits);
  const judged = samples && {
    ...(await judge.judge(samples)),
    ...(samples.labels.length > 1 && { frechet: await distances(judge, shape, samples, testDigits) }),
  };
  if (settings.json) return console.log(JSON.stringify({ ...shape, test, ...(judged && { samples: judged }) }));
  console.log(`MNIST test accuracy ${percent(test.accuracy).trim()} of ${test.count} images`);
  if (judged === undefined) return;
  console.log(`${settings.samples}:\n${table(judged)}`);
  if (judged.frechet === undefined) return;
  const { samples: ofSamples, testDigits: ofTest } = judged.frechet;
  console.log(
    `Fréchet distance to the training digits ${ofSamples.toFixed(3)}, of as many test digits ${ofTest.toFixed(3)}`,
  );
}

try {
  await main();
} catch (error) {
  if (!isInputError(error)) throw error;
  progress(error.message);
  process.exitCode = 2;
}
