// References: the step that draws its noise itself, given the noise that its keys stand for; square roots in double precision.
import { initialParameters } from '@noisesmith/diffusion';
import { evaluate, interpret, literal, randomNormal } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { type TrainConfig, trainConfig } from './config';
import { stepDrawer } from './draw';
import { TrainingError } from './errors';
import { givenInputs, labelsOfOneHot } from './given-inputs';
import { tinyBatch, tinyDenoiser } from './testing/tiny-denoiser';
import { trainPrograms } from './train-programs';
import { accumulateStep, stepScalars, trainStep } from './train-step';

const B = 4;
const denoiser = tinyDenoiser();

/** What a run draws for a batch, and the same as given values. */
function drawn(config: TrainConfig) {
  const batch = tinyBatch(0, B);
  const { gamma, inputs } = stepDrawer(denoiser, config)(0, batch);
  const keys = literal(Uint32Array.from(inputs.noiseKeys!), [B, 2]);
  const noise = Float32Array.from(evaluate([randomNormal(keys, denoiser.imageShape)], {})[0]!);
  const mask = inputs.selfConditioningMask as Float32Array<ArrayBuffer> | undefined;
  return { inputs, given: { ...batch, noise, gamma, ...(mask && { selfConditioningMask: mask }) } };
}

const state = (() => {
  const params = initialParameters(denoiser, 1);
  const zeros = new Float32Array(params.length);
  return { params, firstMoment: zeros, secondMoment: zeros, ema: params };
})();

describe('a step with given noise', () => {
  it.each([0.5, 0])('is the step of a run, self-conditioning %f', (rate) => {
    const config = trainConfig({ batch: B, selfConditioning: { rate } });
    const { given, inputs } = drawn(config);
    const scalars = stepScalars(config, 0);
    const expected = interpret(trainStep(denoiser, config), { inputs, state, scalars });
    const graph = trainStep(denoiser, config, { noise: 'given' });
    const got = interpret(graph, { inputs: givenInputs(denoiser, config, 0, given), state, scalars });
    expect(Object.keys(graph.spec.inputs!)).toEqual(Object.keys(givenInputs(denoiser, config, 0, given)));
    // The noise is rounded to float32, and so are alpha and sigma, in another way.
    for (const name of Object.keys(expected.outputs)) {
      got.outputs[name]!.forEach((value, i) => {
        expect(value / expected.outputs[name]![i]!, name).toBeCloseTo(1, 5);
      });
    }
    for (const name of ['params', 'firstMoment', 'ema']) {
      got.state[name]!.forEach((value, i) => {
        expect(value, name).toBeCloseTo(expected.state[name]![i]!, 5);
      });
    }
  });

  it('yields values of the loss as outputs where they are asked for', () => {
    const config = trainConfig({ batch: B });
    const { prediction, firstCarry } = accumulateStep(denoiser, config, {
      outputs: ['prediction', 'firstCarry'],
    }).outputs;
    expect(prediction!.shape).toEqual([B, ...denoiser.imageShape]);
    expect(firstCarry!.shape).toEqual([B, ...denoiser.carryShape]);
    const onePass = trainConfig({ batch: B, selfConditioning: { rate: 0 } });
    expect(() => trainStep(denoiser, onePass, { outputs: ['firstCarry'] })).toThrow(
      "a step without self-conditioning has no output 'firstCarry'",
    );
  });
});

describe('given inputs', () => {
  const config = trainConfig({ batch: B });
  const { given } = drawn(config);

  it('hold the roots of gamma and of 1 − gamma, and labels by index with none past the last', () => {
    const { alpha, labels, sigma } = givenInputs(denoiser, config, 0, {
      ...given,
      gamma: [0.25, 0.64, 1, 0],
      labels: [2, -1, 0, 1],
    });
    expect(alpha).toEqual(Float32Array.of(0.5, 0.8, 1, 0));
    expect(sigma).toEqual(Float32Array.of(Math.sqrt(0.75), 0.6, 0, 1));
    expect(labels).toEqual(Uint32Array.of(2, 3, 0, 1));
  });

  it('are refused where they do not fit', () => {
    expect(() => givenInputs(denoiser, config, 7, { ...given, images: new Float32Array(3) })).toThrow(TrainingError);
    expect(() => givenInputs(denoiser, config, 7, { ...given, noise: new Float32Array(3) })).toThrow(
      'step 7: the noise has 3 values; expected 16, as the images',
    );
    expect(() => givenInputs(denoiser, config, 7, { ...given, labels: [0, 0, 0, 3] })).toThrow('step 7, example 3');
  });
});

describe('trainPrograms', () => {
  it.each([
    [1, [['training step', 1]]],
    [
      4,
      [
        ['part of a training step', 4],
        ['end of a training step', 1],
      ],
    ],
  ])('of a batch in %i parts: what runs, and how often', (accumulation, expected) => {
    const programs = trainPrograms(denoiser, trainConfig({ batch: 8, accumulation }));
    expect(programs.map(({ label, runs }) => [label, runs])).toEqual(expected);
    expect(programs[0]!.graph.spec.inputs!.image!.shape[0]).toBe(8 / accumulation);
    expect(Object.keys(programs.at(-1)!.graph.assigns).sort()).toEqual(Object.keys(state).sort());
  });
});

it('labels of one-hot rows are their places, and −1 without one', () => {
  expect(labelsOfOneHot(Float32Array.of(0, 0, 1, 0, 0, 0, 1, 0, 0), 3)).toEqual([2, -1, 0]);
});
