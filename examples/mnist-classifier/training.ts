import { shuffledIndex } from '@noisesmith/data';
import {
  adamw,
  type Backend,
  compile,
  crossEntropy,
  deriveKey,
  f32,
  grad,
  pack,
  type TypedArray,
  u32,
} from '@noisesmith/tensor';
import type { Digits } from './digits';
import { classifierLayout, type ImageShape, initialParameters, logits, pixelsOf } from './network';

const BATCH = 128;
const PEAK_RATE = 3e-3;
const WARMUP_STEPS = 100;
const EMA_DECAY = 0.995;
const [BETA1, BETA2] = [0.9, 0.999];
/** Purpose of the random keys of the shifts; the initial parameters use the smaller numbers. */
const SHIFT_PURPOSE = 1000;

export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly onEpoch?: (epoch: number, meanLoss: number, seconds: number) => void;
}

/**
 * Trains by AdamW under a linear rise and half a cosine of the learning rate; images are shifted by up to a fourteenth
 * of their size.
 * @returns the moving average of the flat parameters
 * @throws Error when the loss is no number
 */
export async function trainClassifier(
  backend: Backend,
  shape: ImageShape,
  digits: Digits,
  { epochs, seed, onEpoch }: TrainingOptions,
): Promise<Float32Array<ArrayBuffer>> {
  const layout = classifierLayout(shape);
  const spec = {
    inputs: { images: f32(BATCH, pixelsOf(shape)), labels: u32(BATCH) },
    state: { params: layout, firstMoment: layout, secondMoment: layout, average: layout },
    scalars: ['learningRate', 'correction1', 'correction2', 'emaDecay'],
  } as const;
  using program = await compile(backend, spec, ({ inputs, state, scalars }) => {
    const p = state.params.tensors;
    const loss = crossEntropy(logits(p, inputs.images), inputs.labels);
    const gradients = grad(loss, p);
    const parts = layout.segments.map(({ name }) => gradients[name]!);
    const { weights, ...rest } = adamw(
      layout,
      {
        weights: state.params.flat,
        gradients: pack(parts, layout.segments, layout.size),
        firstMoment: state.firstMoment.flat,
        secondMoment: state.secondMoment.flat,
        average: state.average.flat,
      },
      scalars,
      { weightDecay: 0.05, exclude: (name) => !name.endsWith('.weight') },
    );
    return { outputs: { loss }, state: { params: weights, ...rest } };
  });

  const start = initialParameters(layout, seed);
  program.state.write('params', start);
  program.state.write('average', start);
  const stepsPerEpoch = Math.floor(digits.labels.length / BATCH);
  const steps = epochs * stepsPerEpoch;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const started = performance.now();
    const losses: Promise<TypedArray>[] = [];
    for (let i = 0; i < stepsPerEpoch; i++) {
      const step = epoch * stepsPerEpoch + i;
      await program.run(trainingBatch(digits, shape, seed, epoch, i), stepScalars(step, steps));
      losses.push(program.read('loss'));
    }
    const meanLoss = (await Promise.all(losses)).reduce((sum, [loss]) => sum + loss!, 0) / stepsPerEpoch;
    if (!Number.isFinite(meanLoss)) throw new Error(`epoch ${epoch + 1}: the loss is ${meanLoss}`);
    onEpoch?.(epoch + 1, meanLoss, (performance.now() - started) / 1000);
  }
  return (await program.state.read('average')) as Float32Array<ArrayBuffer>;
}

function stepScalars(step: number, steps: number): Record<string, number> {
  const rise = Math.min(1, (step + 1) / WARMUP_STEPS);
  return {
    learningRate: PEAK_RATE * rise * 0.5 * (1 + Math.cos((Math.PI * step) / steps)),
    correction1: 1 / (1 - BETA1 ** (step + 1)),
    correction2: 1 / (1 - BETA2 ** (step + 1)),
    // At first the average follows closely, or a short training would be left with its start.
    emaDecay: Math.min(EMA_DECAY, (1 + step) / (10 + step)),
  };
}

/** Batch `k` of an epoch: shuffled, shifted, in [0, 1]. */
function trainingBatch({ images, labels }: Digits, shape: ImageShape, seed: number, epoch: number, k: number) {
  const stride = pixelsOf(shape);
  const batch = { images: new Float32Array(BATCH * stride), labels: new Uint32Array(BATCH) };
  const reach = Math.round(shape.size / 14);
  for (let row = 0; row < BATCH; row++) {
    const position = k * BATCH + row;
    const index = shuffledIndex(seed, epoch, position, labels.length);
    const [a, b] = deriveKey(seed, SHIFT_PURPOSE + epoch, 0, position);
    const target = batch.images.subarray(row * stride, (row + 1) * stride);
    const source = images.subarray(index * stride, (index + 1) * stride);
    copyShifted(target, source, shape, (a % (2 * reach + 1)) - reach, (b % (2 * reach + 1)) - reach);
    batch.labels[row] = labels[index]!;
  }
  return batch;
}

/** Moves an image by whole pixels; what comes in from outside is black. */
function copyShifted(target: Float32Array, source: Uint8Array, shape: ImageShape, down: number, right: number): void {
  const { size, channels } = shape;
  for (let y = Math.max(0, down); y < Math.min(size, size + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(size, size + right); x++) {
      const to = (y * size + x) * channels;
      const from = ((y - down) * size + x - right) * channels;
      for (let c = 0; c < channels; c++) target[to + c] = source[from + c]! / 255;
    }
  }
}
