// Reference: the loss, its gradient and one AdamW step of the tiny denoiser written out by hand in float64; the noise is
// that of the tensor package's own generator. Accumulation: the same step on the whole batch. LAMB itself is checked in tensor.
import { denoisingLoss, initialParameters } from '@noisesmith/diffusion';
import {
  evaluate,
  interpret,
  inverseNormal,
  literal,
  reshape,
  threefry2x32,
  uniformFromBits,
} from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { type TrainConfig, type TrainSettings, trainConfig } from './config';
import { partOf, type StepDraw, stepDrawer } from './draw';
import { trainingLoss } from './loss';
import { CARRY, CLASSES, PIXELS, tinyBatch, tinyDenoiser } from './testing/tiny-denoiser';
import { accumulateStep, applyStep, stepScalars, trainStep } from './train-step';

const B = 8;
const denoiser = tinyDenoiser();
const settings: TrainSettings = {
  seed: 3,
  steps: 10,
  batch: B,
  inputScale: 0.5,
  labelDropout: 0.3,
  selfConditioning: { rate: 0.6 },
  optimizer: { name: 'adamw' },
  learningRate: { base: 1e-2 },
  ema: { decay: 0.9 },
};

const draw = (config: TrainConfig, step = 0): StepDraw =>
  stepDrawer(denoiser, config)(step, tinyBatch(step, config.batch));

const start = (config: TrainConfig) => {
  const params = Float64Array.from(initialParameters(denoiser, config.seed));
  const zeros = new Float64Array(params.length);
  return { params, firstMoment: zeros, secondMoment: zeros, ema: params };
};

/** Matrix of a parameter, by rows. */
function matrix(params: Float64Array, name: string): number[][] {
  const { offset, shape } = denoiser.layout.segments.find((s) => s.name === name)!;
  const [rows, columns] = shape.length === 2 ? [shape[0]!, shape[1]!] : [1, shape[0]!];
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => params[offset + r * columns + c]!),
  );
}

const times = (v: readonly number[], m: readonly number[][]): number[] =>
  m[0]!.map((_, c) => v.reduce((sum, x, r) => sum + x * m[r]![c]!, 0));
const plus = (...vs: number[][]): number[] => vs[0]!.map((_, i) => vs.reduce((sum, v) => sum + v[i]!, 0));

/** Loss of each example and the flat gradient of their mean, for prediction and loss 'eps'. */
function byHand(config: TrainConfig, { inputs }: StepDraw, params: Float64Array) {
  const gradient = new Float64Array(denoiser.layout.size);
  const accumulate = (name: string, row: readonly number[], d: readonly number[]): void => {
    const { offset } = denoiser.layout.segments.find((s) => s.name === name)!;
    row.forEach((x, r) => {
      d.forEach((y, c) => {
        gradient[offset + r * d.length + c]! += x * y;
      });
    });
  };
  const losses = Array.from({ length: B }, (_, b) => {
    const key = [inputs.noiseKeys![2 * b]!, inputs.noiseKeys![2 * b + 1]!] as const;
    const noise = Array.from({ length: PIXELS }, (_, p) =>
      inverseNormal(uniformFromBits(threefry2x32(key, [p, 0])[0])),
    );
    const xt = noise.map((e, p) => {
      const x0 = (2 * inputs.image![b * PIXELS + p]! - 1) * config.inputScale;
      return inputs.alpha![b]! * x0 + inputs.sigma![b]! * e;
    });
    const mean = xt.reduce((s, x) => s + x, 0) / PIXELS;
    const std = Math.sqrt(xt.reduce((s, x) => s + (x - mean) ** 2, 0) / PIXELS);
    const x = xt.map((v) => v / std);
    const label = (keep: string): number[] =>
      Array.from({ length: CLASSES }, (_, c) => (inputs.labels![b] === c ? inputs[keep]![b]! : 0));
    const second = label('labelKeepSecond');
    const f = [...inputs.timeFeatures!.subarray(2 * b, 2 * b + 2)];
    // The first pass has a zero carry and other dropped labels; only its carry is used.
    const rate = config.selfConditioning.rate;
    const carry =
      rate > 0
        ? plus(times(x, matrix(params, 'K')), times(label('labelKeepFirst'), matrix(params, 'E'))).map(
            (z) => z * inputs.selfConditioningMask![b]!,
          )
        : new Array<number>(CARRY).fill(0);
    const prediction = plus(
      times(x, matrix(params, 'a')),
      times(f, matrix(params, 'U')),
      times(second, matrix(params, 'C')),
      times(carry, matrix(params, 'D')),
      matrix(params, 'out.bias')[0]!,
    );
    const d = prediction.map((y, p) => (2 * (y - noise[p]!)) / (PIXELS * B));
    accumulate('a', x, d);
    accumulate('U', f, d);
    accumulate('C', second, d);
    accumulate('D', carry, d);
    accumulate('out.bias', [1], d);
    return prediction.reduce((sum, y, p) => sum + (y - noise[p]!) ** 2, 0) / PIXELS;
  });
  return { losses, gradient };
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((m, d) => Math.max(m, d), 0);

describe('one training step', () => {
  for (const rate of [0.6, 0]) {
    it(`has the loss and gradient written by hand, self-conditioning ${rate}`, () => {
      const config = trainConfig({ ...settings, selfConditioning: { rate } });
      const drawn = draw(config);
      const state = start(config);
      const result = interpret(trainStep(denoiser, config), {
        inputs: drawn.inputs,
        state,
        scalars: stepScalars(config, 0),
      });
      const { gradient, losses } = byHand(config, drawn, state.params);
      expect(worst(result.outputs.lossPerExample!, losses)).toBeLessThan(1e-12);
      expect(result.outputs.loss![0]).toBeCloseTo(losses.reduce((s, x) => s + x, 0) / B, 12);
      // From zero moments the first one holds (1 − beta1)·gradient.
      expect(
        worst(
          result.state.firstMoment!.map((m) => m / 0.1),
          gradient,
        ),
      ).toBeLessThan(1e-12);
      const norm = Math.sqrt(gradient.reduce((s, g) => s + g * g, 0));
      expect(result.outputs.gradientNorm![0]).toBeCloseTo(norm, 12);
      // The first pass passes no gradient, and the carry of the second goes nowhere.
      const { offset, size } = denoiser.layout.segments.find((s) => s.name === 'K')!;
      expect(Array.from(result.state.firstMoment!.subarray(offset, offset + size))).toEqual(new Array(size).fill(0));
    });
  }

  it('draws masks and labels that matter', () => {
    const { inputs } = draw(trainConfig(settings));
    for (const name of ['selfConditioningMask', 'labelKeepFirst', 'labelKeepSecond']) {
      expect(new Set(inputs[name]), name).toEqual(new Set([0, 1]));
    }
    expect(inputs.labelKeepFirst).not.toEqual(inputs.labelKeepSecond);
  });

  it.each([
    [false, [undefined, undefined]],
    [true, [undefined, true]],
  ])('with recompute %s, passes %o on: only the trained pass has values to compute again', (recompute, expected) => {
    const asked: unknown[] = [];
    const watched: typeof denoiser = {
      ...denoiser,
      apply(parameters, input) {
        asked.push(input.recompute);
        return denoiser.apply(parameters, input);
      },
    };
    trainStep(watched, trainConfig({ ...settings, recompute }));
    expect(asked).toEqual(expected);
  });

  it('moves weights by AdamW and the average by its decay', () => {
    const config = trainConfig(settings);
    const drawn = draw(config);
    const state = start(config);
    const result = interpret(trainStep(denoiser, config), {
      inputs: drawn.inputs,
      state,
      scalars: stepScalars(config, 0),
    });
    const { gradient } = byHand(config, drawn, state.params);
    for (const { name, offset, size } of denoiser.layout.segments) {
      const decay = name === 'out.bias' ? 0 : 0.01;
      for (let i = offset; i < offset + size; i++) {
        const w = state.params[i]!;
        const g = gradient[i]!;
        // Bias correction makes the first step g/(|g| + epsilon).
        const expected = w - 0.01 * (g / (Math.abs(g) + 1e-8) + decay * w);
        expect(result.state.params![i]).toBeCloseTo(expected, 10);
        expect(result.state.ema![i]).toBeCloseTo(0.9 * w + 0.1 * expected, 10);
      }
    }
  });

  it('clips the gradient to its largest norm', () => {
    const free = trainConfig(settings);
    const { gradient } = byHand(free, draw(free), start(free).params);
    const norm = Math.sqrt(gradient.reduce((s, g) => s + g * g, 0));
    for (const limit of [norm / 2, norm * 2]) {
      const config = trainConfig({ ...settings, gradientClip: limit });
      const values = { inputs: draw(config).inputs, state: start(config), scalars: stepScalars(config, 0) };
      const { outputs, state } = interpret(trainStep(denoiser, config), values);
      const factor = Math.min(1, limit / norm);
      expect(
        worst(
          state.firstMoment!.map((m) => m / 0.1),
          gradient.map((g) => g * factor),
        ),
      ).toBeLessThan(1e-12);
      expect(outputs.gradientNorm![0]).toBeCloseTo(norm, 12);
    }
  });

  it('is the same for a batch in parts', () => {
    const whole = trainConfig({ ...settings, optimizer: { name: 'lamb' }, gradientClip: 0.5 });
    const split = trainConfig({ ...whole, accumulation: 4 });
    const drawn = draw(split);
    const scalars = stepScalars(whole, 0);
    const expected = interpret(trainStep(denoiser, whole), { inputs: drawn.inputs, state: start(whole), scalars });

    const part = accumulateStep(denoiser, split);
    const { params } = start(split);
    // What a step before has left behind must not matter.
    let gradient = new Float64Array(params.length).fill(5);
    const losses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { outputs, state } = interpret(part, {
        inputs: partOf(drawn.inputs, i, 4),
        state: { params, gradient },
        scalars: { keepGradient: i === 0 ? 0 : 1 },
      });
      gradient = state.gradient! as Float64Array<ArrayBuffer>;
      losses.push(...outputs.lossPerExample!);
    }
    const applied = interpret(applyStep(denoiser, split), { state: { ...start(split), gradient }, scalars });
    expect(worst(losses, expected.outputs.lossPerExample!)).toBeLessThan(1e-12);
    expect(applied.outputs.gradientNorm![0]).toBeCloseTo(expected.outputs.gradientNorm![0]!, 12);
    for (const name of ['params', 'firstMoment', 'secondMoment', 'ema']) {
      expect(worst(applied.state[name]!, expected.state[name]!), name).toBeLessThan(1e-10);
    }
  });
});

// Reference: the diffusion package, given x0 and x_t that are worked out here.
it('the mean loss is that of the diffusion package for every prediction and loss', () => {
  const column = (values: number[], ...shape: number[]) => literal(Float32Array.from(values), shape);
  const image = column([0.1, 0.9, 0.4, 0.3, 0.7, 0.2, 0.8, 0.6], 2, 2, 2, 1);
  const noise = column([0.3, -1.2, 0.8, 1.9, -0.4, 0.1, -0.6, 1.1], 2, 2, 2, 1);
  const alpha = column([0.8, 0.28], 2);
  const sigma = column([0.6, 0.96], 2);
  const net = tinyDenoiser(0);
  const flat = initialParameters(net, 1);
  const parameters = Object.fromEntries(
    net.layout.segments.map(({ name, offset, shape, size }) => [
      name,
      literal(flat.slice(offset, offset + size), shape),
    ]),
  );
  const timeFeatures = column([0.64, 0.4096, 0.0784, 0.00615], 2, 2);
  for (const predictionType of ['eps', 'x0', 'v'] as const) {
    for (const loss of ['eps', 'x0', 'v'] as const) {
      const process = { inputScale: 0.4, normalize: true, predictionType, loss };
      const got = trainingLoss(net, parameters, { image, noise, alpha, sigma, timeFeatures }, process);
      const at = { alpha: reshape(alpha, [2, 1, 1, 1]), sigma: reshape(sigma, [2, 1, 1, 1]) };
      const x0 = literal(Float32Array.from([-0.32, 0.32, -0.08, -0.16, 0.16, -0.24, 0.24, 0.08]), [2, 2, 2, 1]);
      const [value, output] = evaluate([got.loss, got.prediction], {});
      const numbers = evaluate([x0, noise], {});
      const xt = numbers[0]!.map((x, i) => [0.8, 0.28][i >> 2]! * x + [0.6, 0.96][i >> 2]! * numbers[1]![i]!);
      const expected = denoisingLoss({
        prediction: predictionType,
        loss,
        output: literal(Float32Array.from(output!), [2, 2, 2, 1]),
        x0,
        epsilon: noise,
        x: literal(Float32Array.from(xt), [2, 2, 2, 1]),
        at,
        inputScale: 0.4,
      });
      expect(value![0]! / evaluate([expected], {})[0]![0]!).toBeCloseTo(1, 5);
    }
  }
});
