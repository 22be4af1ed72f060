import type { ProgramArguments, ProgramResult } from '../index';
import * as ops from '../index';

export const trainLayout = ops.layoutOf({
  'hidden.weight': [13, 37],
  'hidden.bias': [37],
  'norm.gamma': [37],
  'norm.beta': [37],
  'out.weight': [37, 5],
  'out.bias': [5],
});

type Moments = 'params' | 'm' | 'v' | 'average';

/** One LAMB step with the moving average of the weights; biases and scales are excluded as in training. */
export function lambUpdate(
  layout: ops.Layout,
  state: Readonly<Record<Moments, { readonly flat: ops.Tensor }>>,
  gradients: Readonly<Record<string, ops.Tensor>>,
  scalars: Readonly<Record<'lr' | 'correction1' | 'correction2' | 'decay', ops.Tensor>>,
): Record<Moments, ops.Tensor> {
  const { segments, size } = layout;
  const stepped = ops.lamb(
    layout,
    {
      weights: state.params.flat,
      gradients: ops.pack(
        segments.map((s) => gradients[s.name]!),
        segments,
        size,
      ),
      firstMoment: state.m.flat,
      secondMoment: state.v.flat,
      average: state.average.flat,
    },
    {
      learningRate: scalars.lr,
      correction1: scalars.correction1,
      correction2: scalars.correction2,
      emaDecay: scalars.decay,
    },
    { exclude: (name) => /\.(bias|gamma|beta)$/.test(name) },
  );
  return { params: stepped.weights, m: stepped.firstMoment, v: stepped.secondMoment, average: stepped.average };
}

/** A small network with every kind of parameter a RIN has, its loss, gradients and optimizer step. */
export const trainSpec = {
  inputs: { x: ops.f32(11, 13), label: ops.u32(11) },
  state: { params: trainLayout, m: trainLayout, v: trainLayout, average: trainLayout },
  scalars: ['lr', 'correction1', 'correction2', 'decay'],
} as const;

export function trainBuild({ inputs, state, scalars }: ProgramArguments<typeof trainSpec>): ProgramResult {
  const p = state.params.tensors;
  const hidden = ops.linear(inputs.x, p['hidden.weight']!, p['hidden.bias']!, { activation: 'gelu' });
  const logits = ops.linear(ops.layerNorm(hidden, p['norm.gamma']!, p['norm.beta']!), p['out.weight']!, p['out.bias']!);
  const loss = ops.crossEntropy(logits, inputs.label);
  const gradients = ops.grad(loss, p);
  return { outputs: { loss }, state: lambUpdate(trainLayout, state, gradients, scalars) };
}

export const trainScalars = (step: number): Record<string, number> => ({
  lr: 0.01 * (step + 1),
  correction1: 1 / (1 - 0.9 ** (step + 1)),
  correction2: 1 / (1 - 0.999 ** (step + 1)),
  decay: 0.9,
});

export const trainInputs = (step: number): { x: Float32Array; label: Uint32Array } => ({
  x: Float32Array.from({ length: 11 * 13 }, (_, i) => Math.sin(i * 0.7 + step)),
  label: Uint32Array.from({ length: 11 }, (_, i) => (i * 3 + step) % 5),
});

/** Initial weights; the gaps between segments are zero. */
export function trainWeights(): Float32Array {
  const flat = new Float32Array(trainLayout.size);
  for (const { offset, size, name } of trainLayout.segments) {
    for (let i = 0; i < size; i++) flat[offset + i] = name === 'norm.gamma' ? 1 : Math.sin(offset + i * 2.3) * 0.3;
  }
  return flat;
}
