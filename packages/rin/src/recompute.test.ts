// Reference: the same network whose inner values are kept, in prediction, carry and gradients (on the oracle to 1e-12 of
// each tensor's largest element, on the device, where kernels are fused differently, to 1e-5), and its plan, in memory.
import { initialParameters, parameterViews } from '@noisesmith/diffusion';
import {
  type Backend,
  compileGraph,
  f32,
  type Graph,
  grad,
  interpret,
  makePlan,
  mean,
  openDevice,
  openWasm,
  pack,
  square,
  trace,
  u32,
} from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rinConfig } from './config';
import { rin } from './rin';
import { relativeError } from './testing/fixture';

/** Those that make kernels. */
const compiledBackends = [
  ['WebGPU', () => openDevice()],
  ['WebAssembly', () => openWasm()],
] as const;

const BATCH = 4;
const net = rin(
  rinConfig({
    image: [16, 16],
    patch: 2,
    latents: 8,
    latentDim: 32,
    tapeDim: 16,
    // The last block only reads, and hands the tape on as it is.
    blocks: [1, 1, 1, 0],
    heads: 2,
    rwHeads: 2,
    classes: 3,
    tapeConvKernel: 3,
    dropUnits: 0.2,
    dropPath: 0.1,
  }),
);
const { layout } = net;

function graphOf(recompute: boolean): Graph {
  const inputs = {
    x: f32(BATCH, ...net.imageShape),
    timeFeatures: f32(BATCH, net.timeFeatures.width),
    carry: f32(BATCH, ...net.carryShape),
    classes: f32(BATCH, net.classes),
    dropoutKeys: u32(BATCH, 2),
  };
  return trace({ inputs, state: { params: layout } }, ({ inputs: given, state }) => {
    const { carry, prediction } = net.apply(state.params.tensors, { ...given, recompute });
    const gradients = grad(mean(square(prediction)), state.params.tensors);
    const flat = pack(
      layout.segments.map(({ name }) => gradients[name]!),
      layout.segments,
      layout.size,
    );
    return { outputs: { prediction, carry, gradient: flat } };
  });
}

const wave = (size: number, pace: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(pace * i));
const inputs = {
  x: wave(BATCH * 16 * 16 * 3, 0.7),
  timeFeatures: net.timeFeatures.compute([0.1, 0.4, 0.6, 0.95]),
  carry: wave(BATCH * 8 * 32, 1.3),
  classes: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1),
  dropoutKeys: Uint32Array.from({ length: 2 * BATCH }, (_, i) => 17 * i + 1),
};
// Away from the initial values, of which many are 0.
const params = initialParameters(net, 3).map((w, i) => w + 0.05 * Math.sin(2.1 * i));

/** Largest difference of a parameter's gradient, relative to the largest element of that parameter's gradient. */
function worstGradient(mine: ArrayLike<number>, expected: ArrayLike<number>): number {
  const views = parameterViews(layout, Float64Array.from(mine));
  const errors = [...parameterViews(layout, Float64Array.from(expected))].map(([name, golden]) =>
    // The true gradient of a key's bias is 0: a constant added to all logits of a query changes nothing.
    name.endsWith('attn.k.bias') ? 0 : relativeError(views.get(name)!, golden),
  );
  return Math.max(...errors);
}

it('on the oracle, blocks that are computed again give the same prediction, carry and gradients', () => {
  const [kept, again] = [false, true].map((recompute) => interpret(graphOf(recompute), { inputs, state: { params } }));
  expect(again!.outputs.prediction).toEqual(kept!.outputs.prediction);
  expect(again!.outputs.carry).toEqual(kept!.outputs.carry);
  expect(worstGradient(again!.outputs.gradient!, kept!.outputs.gradient!)).toBeLessThan(1e-12);
  expect(again!.outputs.gradient!.some((g) => g !== 0)).toBe(true);
});

describe.each(compiledBackends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  it('gradients are those of the network that keeps its inner values', async () => {
    const [kept, again] = await Promise.all(
      [false, true].map(async (recompute) => {
        using program = await compileGraph(backend, graphOf(recompute));
        program.state.write('params', params);
        await program.run(inputs);
        return program.read('gradient');
      }),
    );
    expect(worstGradient(again!, kept!)).toBeLessThan(1e-5);
  });

  it('less than two thirds of the memory is planned', () => {
    const [kept, again] = [false, true].map((recompute) => makePlan(graphOf(recompute), backend.target).liveBound);
    expect(again! / kept!).toBeLessThan(2 / 3);
  });
});
