// Reference: the process x = alpha·x0 + sigma·eps itself. Whatever a perfect network says (eps, x0 or v), the conversions
// must give back the x0 and eps that x was mixed from; and the variance of a normalised example is 1.
import { evaluate, literal, narrow, sub, type Tensor } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { guide } from './guidance';
import { denoisingLoss, denoisingLossPerExample } from './loss';
import { addNoise, perExample, scaleImage, unscaleImage } from './noising';
import { normalizeVariance } from './normalize';
import {
  clipX0,
  type PredictionType,
  predictedEpsilon,
  predictedX0,
  predictionTarget,
  predictionTypes,
  x0Coefficients,
} from './prediction';

const shape = [2, 2, 3, 1];
const wave = (phase: number, size = 0.4): Float32Array =>
  Float32Array.from({ length: 12 }, (_, i) => size * Math.sin(1.3 * i + phase));
const x0 = wave(0);
const epsilon = wave(2, 1.3);
const gamma = [0.9, 0.02];
const tensor = (data: Float32Array): Tensor => literal(data, shape);
const values = (x: Tensor): number[] => Array.from(evaluate([x], {})[0]!);
const perGamma = (f: (g: number) => number): Tensor => perExample(literal(Float32Array.from(gamma, f), [2]), 4);
const at = { alpha: perGamma((g) => Math.sqrt(g)), sigma: perGamma((g) => Math.sqrt(1 - g)) };
const x = addNoise(tensor(x0), tensor(epsilon), at.alpha, at.sigma);

function close(actual: Iterable<number>, expected: Iterable<number>, digits = 6): void {
  const [a, b] = [[...actual], [...expected]];
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i]!, digits);
  });
}

describe('noising', () => {
  it('mixes by example', () => {
    const expected = Array.from(x0, (v, i) => {
      const g = gamma[i < 6 ? 0 : 1]!;
      return Math.sqrt(g) * v + Math.sqrt(1 - g) * epsilon[i]!;
    });
    close(values(x), expected);
  });

  it('scales pixels to [−b, b] and back', () => {
    const image = literal(Float32Array.of(0, 0.5, 1), [3]);
    close(values(scaleImage(image, 0.3)), [-0.3, 0, 0.3]);
    close(values(unscaleImage(scaleImage(image, 0.3), 0.3)), [0, 0.5, 1]);
  });

  it('clips to [−b, b]', () => {
    close(values(clipX0(literal(Float32Array.of(-2, 0.1, 0.4), [3]), 0.3)), [-0.3, 0.1, 0.3]);
  });
});

describe('variance normalisation', () => {
  it('gives each example deviation 1 and keeps the ratio of its mean', () => {
    const given = Float32Array.from({ length: 12 }, (_, i) => (i < 6 ? 5 + i : 0.01 * i * i));
    const out = values(normalizeVariance(tensor(given)));
    for (const [from, to] of [
      [0, 6],
      [6, 12],
    ]) {
      const [a, b] = [out.slice(from, to), [...given.slice(from, to)]];
      const mean = (v: number[]): number => v.reduce((sum, n) => sum + n, 0) / v.length;
      const std = (v: number[]): number => Math.sqrt(mean(v.map((n) => (n - mean(v)) ** 2)));
      expect(std(a)).toBeCloseTo(1, 10);
      expect(mean(a)).toBeCloseTo(mean(b) / std(b), 10);
    }
  });
});

describe.each(predictionTypes)('a perfect %s', (type) => {
  const output = predictionTarget(type, tensor(x0), tensor(epsilon), at);

  it('gives back x0 and the noise', () => {
    close(values(predictedX0(type, output, x, at)), x0, 5);
    close(values(predictedEpsilon(type, output, x, at)), epsilon, 5);
  });

  it('gives x0 by two numbers', () => {
    for (const g of gamma) {
      const level = { alpha: Math.sqrt(g), sigma: Math.sqrt(1 - g) };
      const said = { eps: -1.1, x0: 0.3, v: level.alpha * -1.1 - level.sigma * 0.3 }[type];
      const mixed = level.alpha * 0.3 + level.sigma * -1.1;
      const c = x0Coefficients(type, level);
      expect(c.x * mixed + c.output * said).toBeCloseTo(0.3, 12);
    }
  });

  it.each(predictionTypes)('has no %s loss', (loss) => {
    const args = { prediction: type, loss, output, x0: tensor(x0), epsilon: tensor(epsilon), x, at, inputScale: 0.5 };
    expect(values(denoisingLoss(args))[0]).toBeLessThan(1e-10);
  });
});

describe('loss', () => {
  it.each(predictionTypes)('of %s per example is the loss of that example by itself', (loss) => {
    const output = sub(tensor(x0), 0.3);
    const common = { prediction: 'v', loss, inputScale: 0.5 } as const;
    const together = { ...common, output, x0: tensor(x0), epsilon: tensor(epsilon), x, at };
    const each = values(denoisingLossPerExample(together));
    const alone = [0, 1].map((i) => {
      const of = (t: Tensor): Tensor => narrow(t, 0, i, 1);
      const level = { alpha: of(at.alpha), sigma: of(at.sigma) };
      const args = { output: of(output), x0: of(tensor(x0)), epsilon: of(tensor(epsilon)), x: of(x), at: level };
      return values(denoisingLoss({ ...common, ...args }))[0]!;
    });
    expect(alone[0]! / alone[1]!).not.toBeCloseTo(1, 1);
    close(each, alone);
    expect(values(denoisingLoss(together))[0]).toBeCloseTo((alone[0]! + alone[1]!) / 2, 6);
  });

  const zero = literal(new Float32Array(12), shape);
  const loss = (prediction: PredictionType, inputScale = 1): number =>
    values(
      denoisingLoss({ prediction, output: zero, x0: tensor(x0), epsilon: tensor(epsilon), x, at, inputScale }),
    )[0]!;
  const meanSquare = (v: Iterable<number>): number => [...v].reduce((sum, n) => sum + n * n, 0) / 12;

  it('of a network that says 0 is the mean square of what it should say', () => {
    expect(loss('eps')).toBeCloseTo(meanSquare(epsilon), 6);
    expect(loss('x0')).toBeCloseTo(meanSquare(x0), 6);
    const v = Array.from(x0, (clean, i) => {
      const g = gamma[i < 6 ? 0 : 1]!;
      return Math.sqrt(g) * epsilon[i]! - Math.sqrt(1 - g) * clean;
    });
    expect(loss('v')).toBeCloseTo(meanSquare(v), 6);
  });

  it('of x0 is measured in units of the input scale', () => {
    expect(loss('x0', 0.5)).toBeCloseTo(4 * meanSquare(x0), 6);
    expect(loss('eps', 0.5)).toBeCloseTo(meanSquare(epsilon), 6);
  });
});

it('guidance is (1 + w)·conditional − w·unconditional', () => {
  const [a, b] = [tensor(x0), tensor(epsilon)];
  close(
    values(guide(a, b, 3)),
    x0.map((v, i) => 4 * v - 3 * epsilon[i]!),
    5,
  );
  close(values(guide(a, b, 0)), x0);
});
