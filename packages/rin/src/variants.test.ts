// Reference: what the description of each setting implies for the graph; the convolution unit against plain loops.
import { flattenParameters, initialParameters, parameterViews } from '@noisesmith/diffusion';
import {
  evaluate,
  f32,
  fill,
  grad,
  interpret,
  literal,
  mean,
  square,
  type Tensor,
  trace,
  u32,
} from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { type RinConfig, rinConfig } from './config';
import { computeDropout } from './dropout';
import { rinForward } from './forward';
import { rin } from './rin';
import { tapeConv } from './tape-conv';
import { fixture } from './testing/networks';
import { Weights } from './weights';

const batch = 2;
const wave = (n: number, phase = 0): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + phase));

/** Prediction and latents of a network with every parameter away from its initial value. */
function run(config: RinConfig, change: { gamma?: number[]; dropout?: Uint32Array } = {}) {
  const net = rin(config);
  const [h, w, c] = net.imageShape;
  const graph = trace(
    {
      inputs: {
        x: f32(batch, h, w, c),
        timeFeatures: f32(batch, net.timeFeatures.width),
        carry: f32(batch, ...net.carryShape),
        ...(config.classes > 0 && { classes: f32(batch, config.classes) }),
        ...(change.dropout && { dropoutKeys: u32(batch, 2) }),
      },
      state: { params: net.layout },
    },
    ({ inputs: { x, timeFeatures, carry, classes, dropoutKeys }, state }) => {
      const input = { x, timeFeatures, carry, ...(classes && { classes }), ...(dropoutKeys && { dropoutKeys }) };
      const { prediction, latents } = rinForward(config, state.params.tensors, input);
      const kernel = state.params.tensors['b0.conv.dw.weight'];
      return {
        outputs: { prediction, latents, ...(kernel && { kernelGradient: grad(mean(square(prediction)), kernel) }) },
      };
    },
  );
  const params = initialParameters(net, 1).map((v, i) => v + 0.05 * Math.sin(i));
  const inputs = {
    x: wave(batch * h * w * c),
    timeFeatures: net.timeFeatures.compute(change.gamma ?? [0.2, 0.7]),
    carry: wave(batch * config.latents * config.latentDim, 1),
    ...(config.classes > 0 && { classes: Float32Array.from({ length: batch * config.classes }, (_, i) => +(i === 3)) }),
    ...(change.dropout && { dropoutKeys: change.dropout }),
  };
  return { net, ...interpret(graph, { inputs, state: { params } }).outputs } as {
    net: ReturnType<typeof rin>;
    prediction: Float64Array;
    latents: Float64Array;
    /** Of the mean squared prediction, with respect to the first depthwise kernel. */
    kernelGradient: Float64Array;
  };
}

const names = (config: RinConfig): string[] => rin(config).layout.segments.map((s) => s.name);
const shapeOf = (config: RinConfig, name: string) => rin(config).layout.segments.find((s) => s.name === name)?.shape;

describe('position kinds', () => {
  it('sin_cos has no table, sin_cos_plus_learned starts as sin_cos', () => {
    expect(names({ ...fixture, tapePos: 'sin_cos', latentPos: 'sin_cos' })).not.toContain('tape_pos');
    const plus = rin({ ...fixture, latentPos: 'sin_cos_plus_learned' });
    expect(new Set(parameterViews(plus.layout, initialParameters(plus, 1)).get('latents'))).toEqual(new Set([0]));
  });

  it('give different networks', () => {
    const [a, b] = (['learned', 'sin_cos'] as const).map((tapePos) => run({ ...fixture, tapePos }).prediction);
    expect(a).not.toEqual(b);
  });
});

describe('a network without classes', () => {
  const config = { ...fixture, classes: 0, latentPos: 'learned' } as const;
  it('has one more learned latent and no class projection', () => {
    expect(names(config)).not.toContain('cond.weight');
    expect(shapeOf(config, 'latents')).toEqual([7, 32]);
    expect(run(config).latents).toHaveLength(batch * 8 * 32);
  });
});

describe('a block without compute layers', () => {
  it('only reads: what is predicted does not depend on the time', () => {
    const config = { ...fixture, blocks: [0] };
    expect(names(config).filter((name) => name.startsWith('b0.write') || name.startsWith('b0.l'))).toEqual([]);
    const [a, b] = [run(config), run(config, { gamma: [0.9, 0.4] })];
    expect(b.prediction).toEqual(a.prediction);
    expect(b.latents).not.toEqual(a.latents);
  });
});

it('an oblong image and a tape without MLP work, and the head inverts the patches', () => {
  const config = rinConfig({ ...fixture, image: [4, 8], tapeMlp: 0 });
  expect(names(config)).not.toContain('b0.write.mlp.fc1.weight');
  expect(run(config).prediction).toHaveLength(batch * 4 * 8 * 3);
});

describe('dropout', () => {
  const config = { ...fixture, dropUnits: 0.25, dropPath: 0.5 };
  const keys = Uint32Array.of(1, 2, 1, 2);
  const width = 4000;

  it('drops the given share of units and scales up the rest', () => {
    const [layer0, layer1] = [0, 1].map((n) => computeDropout(config, literal(keys, [2, 2]))(n));
    const ones = fill([2, 1, width], 1);
    const [a, b] = evaluate([layer0!.units(ones), layer1!.units(ones)], {});
    expect(new Set(a)).toEqual(new Set([0, 1 / 0.75]));
    expect(a!.filter((v) => v === 0).length / a!.length).toBeCloseTo(0.25, 1);
    // Equal keys, equal masks; another layer, another mask.
    expect(a!.subarray(0, width)).toEqual(a!.subarray(width));
    expect(b).not.toEqual(a);
  });

  it('skips whole branches per example', () => {
    const many = Uint32Array.from({ length: 400 }, (_, i) => 7919 * i);
    const { attentionPath, mlpPath } = computeDropout(config, literal(many, [200, 2]))(0);
    const ones = fill([200, 3], 1);
    const [a, b] = evaluate([attentionPath(ones), mlpPath(ones)], {});
    const rows = Array.from({ length: 200 }, (_, i) => [...a!.subarray(3 * i, 3 * i + 3)]);
    for (const row of rows) expect(new Set(row).size).toBe(1);
    expect(rows.filter(([v]) => v === 0).length).toBeGreaterThan(70);
    expect(rows.filter(([v]) => v === 0).length).toBeLessThan(130);
    expect(b).not.toEqual(a);
  });

  it('happens only with keys, and only where a rate is set', () => {
    const plain = run(config).prediction;
    expect(plain).toEqual(run(fixture).prediction);
    expect(run(fixture, { dropout: keys }).prediction).toEqual(plain);
    expect(run(config, { dropout: keys }).prediction).not.toEqual(plain);
  });
});

describe('the convolution unit', () => {
  const config = rinConfig({ ...fixture, image: [6, 4], tapeConvKernel: 3 });
  const [rows, columns, d, groups] = [3, 2, config.tapeDim, 4];

  it('starts as nearly the identity, with a gradient', () => {
    const net = rin(config);
    const pointwise = parameterViews(net.layout, initialParameters(net, 1)).get('b0.conv.pw.weight')!;
    expect(Math.max(...pointwise.map(Math.abs))).toBeLessThan(1e-5);
    expect(Math.max(...run(config).kernelGradient.map(Math.abs))).toBeGreaterThan(1e-6);
  });

  it('equals plain loops', () => {
    const kernel = wave(9 * d);
    const bias = wave(d, 2);
    const [gamma, beta, pwBias] = [wave(d, 3), wave(d, 4), wave(d, 5)];
    const pw = wave(d * d, 6);
    const tape = wave(rows * columns * d, 7);
    const at = (data: Float32Array, ...shape: number[]): Tensor => literal(data, shape);
    const weights = new Weights({
      'dw.weight': at(kernel, 3, 3, d),
      'dw.bias': at(bias, d),
      'gn.gamma': at(gamma, d),
      'gn.beta': at(beta, d),
      'pw.weight': at(pw, d, d),
      'pw.bias': at(pwBias, d),
    });
    const [mine] = evaluate([tapeConv(weights, config, at(tape, 1, rows * columns, d))], {});

    const mixed = new Float64Array(tape.length);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        for (let k = 0; k < d; k++) {
          let sum = bias[k]!;
          for (let i = -1; i <= 1; i++) {
            for (let j = -1; j <= 1; j++) {
              const inside = r + i >= 0 && r + i < rows && c + j >= 0 && c + j < columns;
              if (inside) sum += tape[((r + i) * columns + c + j) * d + k]! * kernel[((i + 1) * 3 + j + 1) * d + k]!;
            }
          }
          mixed[(r * columns + c) * d + k] = sum;
        }
      }
    }
    const hidden = mixed.map((v, i) => {
      const k = i % d;
      const group = mixed.filter((_, m) => Math.floor((m % d) / (d / groups)) === Math.floor(k / (d / groups)));
      const average = group.reduce((a, b) => a + b) / group.length;
      const spread = group.reduce((a, b) => a + (b - average) ** 2, 0) / group.length;
      const normed = ((v - average) / Math.sqrt(spread + 1e-5)) * gamma[k]! + beta[k]!;
      return normed / (1 + Math.exp(-normed));
    });
    mine!.forEach((v, i) => {
      const token = Math.floor(i / d) * d;
      let sum = tape[i]! + pwBias[i % d]!;
      for (let k = 0; k < d; k++) sum += hidden[token + k]! * pw[k * d + (i % d)]!;
      expect(v).toBeCloseTo(sum, 9);
    });
  });
});

it('a parameter that is missing is named', () => {
  const net = rin(fixture);
  expect(() => flattenParameters(net.layout, {})).toThrow("parameter 'stem.weight' [12,16] is missing");
  expect(() => new Weights({}).at('b0.read').tensor('ln.gamma')).toThrow("parameter 'b0.read.ln.gamma' is missing");
});
