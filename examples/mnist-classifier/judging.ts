import type { FeatureSet } from '@noisesmith/metrics';
import { type Backend, compile, f32, type Program, softmax } from '@noisesmith/tensor';
import type { Digits } from './digits';
import { CLASSES, classifierLayout, features, HIDDEN, type ImageShape, lastLayer, pixelsOf } from './network';

/** A whole number of images whose probabilities are small enough to come back with the run itself. */
const BATCH = 400;

/** One row of a verdict: images of one label, or all of them. */
export interface Tally {
  count: number;
  correct: number;
  /** correct / count; 0 when there are none. */
  accuracy: number;
  /** Mean probability of the class chosen; 0 when there are none. */
  meanConfidence: number;
}

export interface Verdict extends Tally {
  /** Indexed by label. */
  classes: Tally[];
}

/** A compiled classifier that judges any number of images in batches of one size. */
export class Judge implements Disposable {
  private constructor(
    private readonly program: Program,
    private readonly stride: number,
  ) {}

  static async open(backend: Backend, shape: ImageShape, parameters: Float32Array): Promise<Judge> {
    const spec = {
      inputs: { images: f32(BATCH, pixelsOf(shape)) },
      state: { params: classifierLayout(shape) },
    } as const;
    const program = await compile(backend, spec, ({ inputs, state }) => {
      const p = state.params.tensors;
      const seen = features(p, inputs.images);
      return { outputs: { features: seen, probabilities: softmax(lastLayer(p, seen)) } };
    });
    program.state.write('params', parameters);
    return new Judge(program, pixelsOf(shape));
  }

  /** Class probabilities [count, 10]. */
  probabilities(images: Uint8Array): Promise<Float32Array> {
    return this.outputs(images, 'probabilities', CLASSES);
  }

  /** What the last layer sees of each image. */
  async features(images: Uint8Array): Promise<FeatureSet> {
    const rows = await this.outputs(images, 'features', HIDDEN);
    return { count: rows.length / HIDDEN, size: HIDDEN, rows };
  }

  private async outputs(images: Uint8Array, name: 'features' | 'probabilities', width: number): Promise<Float32Array> {
    const count = images.length / this.stride;
    const all = new Float32Array(Math.ceil(count / BATCH) * BATCH * width);
    for (let from = 0; from < count; from += BATCH) {
      const batch = new Float32Array(BATCH * this.stride);
      images.subarray(from * this.stride, (from + BATCH) * this.stride).forEach((byte, i) => {
        batch[i] = byte / 255;
      });
      await this.program.run({ images: batch });
      all.set(await this.program.read(name), from * width);
    }
    return all.subarray(0, count * width);
  }

  /** How well labels and images go together. */
  async judge({ images, labels }: Digits): Promise<Verdict> {
    const probabilities = await this.probabilities(images);
    const chosen = Array.from(labels, (label, i) => {
      const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
      const confidence = Math.max(...row);
      return { label, confidence, correct: row.indexOf(confidence) === label };
    });
    return {
      ...tally(chosen),
      classes: Array.from({ length: CLASSES }, (_, label) => tally(chosen.filter((image) => image.label === label))),
    };
  }

  [Symbol.dispose](): void {
    this.program.destroy();
  }
}

function tally(images: readonly { confidence: number; correct: boolean }[]): Tally {
  const count = images.length;
  const correct = images.filter((image) => image.correct).length;
  const confidence = images.reduce((sum, image) => sum + image.confidence, 0);
  return {
    count,
    correct,
    accuracy: count === 0 ? 0 : correct / count,
    meanConfidence: count === 0 ? 0 : confidence / count,
  };
}
