// Reference: fixtures/rin-tiny.safetensors, float64 results of an independent (PyTorch) implementation: the loss of the
// paper's Algorithm 2 with two-pass self-conditioning, its gradient, and the weights after one and two LAMB steps.
import {
  addNoise,
  denoisingLoss,
  flattenParameters,
  normalizeVariance,
  parameterViews,
  perExample,
  scaleImage,
} from '@noisesmith/diffusion';
import { f32, fill, grad, interpret, lamb, mul, pack, stopGradient, trace } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { rinConfigFromMetadata } from './metadata';
import { rin } from './rin';
import { readFixture, relativeError } from './testing/fixture';

const fixture = readFixture();
const net = rin(rinConfigFromMetadata(fixture.metadata.config!));
const { layout } = net;
const inputScale = 0.5;

const trainGraph = trace(
  {
    inputs: {
      image: f32(3, 8, 8, 3),
      noise: f32(3, 8, 8, 3),
      alpha: f32(3),
      sigma: f32(3),
      timeFeatures: f32(3, net.timeFeatures.width),
      classes: f32(3, 10),
      mask: f32(3),
    },
    state: { params: layout },
  },
  ({ inputs, state }) => {
    const { timeFeatures, classes, noise } = inputs;
    const at = { alpha: perExample(inputs.alpha, 4), sigma: perExample(inputs.sigma, 4) };
    const x0 = scaleImage(inputs.image, inputScale);
    const x = addNoise(x0, noise, at.alpha, at.sigma);
    const shared = { x: normalizeVariance(x), timeFeatures, classes };
    const params = state.params.tensors;
    const first = net.apply(params, { ...shared, carry: fill([3, ...net.carryShape], 0) });
    const carry = mul(stopGradient(first.carry), perExample(inputs.mask, 3));
    const { prediction } = net.apply(params, { ...shared, carry });
    const loss = denoisingLoss({ prediction: 'eps', output: prediction, x0, epsilon: noise, x, at, inputScale });
    const grads = grad(loss, params);
    const gradient = pack(
      layout.segments.map((s) => grads[s.name]!),
      layout.segments,
      layout.size,
    );
    return { outputs: { loss, prediction, carry: first.carry, gradient } };
  },
);

const gamma = fixture.get('train.gamma');
const params = flattenParameters(layout, fixture.under('param.'));
const { outputs } = interpret(trainGraph, {
  inputs: {
    image: fixture.get('train.img01'),
    noise: fixture.get('train.noise'),
    alpha: Float64Array.from(gamma, (g) => Math.sqrt(g)),
    sigma: Float64Array.from(gamma, (g) => Math.sqrt(1 - g)),
    timeFeatures: net.timeFeatures.compute(gamma),
    classes: fixture.get('train.onehot'),
    mask: fixture.get('train.sc_mask'),
  },
  state: { params },
});

describe('training pass', () => {
  it.each([
    ['loss', 'train.loss'],
    ['prediction', 'train.eps_pred'],
    ['carry', 'train.latents_pass1'],
  ])('%s equals the golden %s', (mine, theirs) => {
    expect(relativeError(outputs[mine]!, fixture.get(theirs))).toBeLessThan(1e-6);
  });

  it('gradient of every parameter equals the golden one', () => {
    const views = parameterViews(layout, outputs.gradient!);
    const expected = fixture.under('grad.');
    expect([...views.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, golden] of expected) {
      const mine = views.get(name)!;
      // A constant added to all logits of a query changes nothing: this gradient is 0 but for rounding.
      if (name.endsWith('attn.k.bias')) expect(Math.max(...mine.map(Math.abs)), name).toBeLessThan(1e-12);
      else expect(relativeError(mine, golden), name).toBeLessThan(1e-5);
    }
  });
});

describe('LAMB on these parameters', () => {
  const flat = f32(layout.size);
  const stepGraph = trace(
    {
      inputs: { gradients: flat },
      state: { weights: flat, firstMoment: flat, secondMoment: flat, average: flat },
      scalars: ['learningRate', 'correction1', 'correction2', 'emaDecay'],
    },
    ({ inputs, state, scalars }) => ({
      state: {
        ...lamb(layout, { ...state, gradients: inputs.gradients }, scalars, {
          exclude: (name) => /\.(bias|gamma|beta)$/.test(name),
        }),
      },
    }),
  );
  // The golden steps start from the golden gradient, rounded to float32.
  const gradients = flattenParameters(layout, fixture.under('grad.'));
  let state: Record<string, Float64Array | Float32Array> = { weights: params, average: params };

  it.each([1, 2])('step %i equals the golden weights', (step) => {
    const scalars = {
      learningRate: 1e-2,
      correction1: 1 / (1 - 0.9 ** step),
      correction2: 1 / (1 - 0.999 ** step),
      emaDecay: 0.9999,
    };
    state = interpret(stepGraph, { inputs: { gradients }, state, scalars }).state;
    const mine = parameterViews(layout, state.weights as Float64Array);
    const before = parameterViews(layout, params);
    for (const [name, golden] of fixture.under(`lamb${step}.`)) {
      if (name.endsWith('attn.k.bias')) continue;
      const moved = (after: ArrayLike<number>): Float64Array =>
        Float64Array.from(before.get(name)!, (w, i) => after[i]! - w);
      expect(relativeError(moved(mine.get(name)!), moved(golden)), name).toBeLessThan(1e-4);
    }
  });
});
