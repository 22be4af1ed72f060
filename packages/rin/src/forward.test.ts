// Reference: fixtures/rin-tiny.safetensors, float64 results of an independent (PyTorch) implementation that agrees with
// the official TensorFlow code; forward pass of three examples, the last with a dropped label.
import { flattenParameters } from '@noisesmith/diffusion';
import { f32, interpret, trace } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { rinForward } from './forward';
import { rinConfigFromMetadata } from './metadata';
import { rin } from './rin';
import { readFixture, relativeError } from './testing/fixture';

const fixture = readFixture();
const config = rinConfigFromMetadata(fixture.metadata.config!);
const net = rin(config);
const inputs = {
  x: f32(3, 8, 8, 3),
  timeFeatures: f32(3, net.timeFeatures.width),
  classes: f32(3, 10),
  carry: f32(3, 8, 32),
};
const graph = trace({ inputs, state: { params: net.layout } }, ({ inputs, state }) => {
  const { prediction, latents, tape } = rinForward(config, state.params.tensors, inputs);
  return { outputs: { prediction, latents, tape } };
});

describe('RIN forward', () => {
  const values = {
    inputs: {
      x: fixture.get('in.x'),
      timeFeatures: net.timeFeatures.compute(fixture.get('in.gamma')),
      classes: fixture.get('in.onehot'),
      carry: fixture.get('in.latent_prev'),
    },
    state: { params: flattenParameters(net.layout, fixture.under('param.')) },
  };
  const { outputs } = interpret(graph, values);

  it.each([
    ['prediction', 'out.eps'],
    ['latents', 'out.latents'],
    ['tape', 'out.tape'],
  ])('%s equals the golden %s', (mine, theirs) => {
    expect(relativeError(outputs[mine]!, fixture.get(theirs))).toBeLessThan(1e-6);
  });

  it('depends on every input', () => {
    for (const name of Object.keys(inputs) as (keyof typeof inputs)[]) {
      const changed = interpret(graph, {
        ...values,
        inputs: { ...values.inputs, [name]: values.inputs[name].map((v, i) => v + 0.1 * (i % 3)) },
      });
      expect(relativeError(changed.outputs.prediction!, outputs.prediction!), name).toBeGreaterThan(1e-4);
    }
  });

  it('has exactly the tensors of the golden file', () => {
    expect(net.layout.segments.map((s) => s.name).sort()).toEqual([...fixture.under('param.').keys()].sort());
  });

  it('asks for labels when the network has classes', () => {
    expect(() =>
      trace({ inputs, state: { params: net.layout } }, ({ inputs, state }) => {
        const { classes: _, ...rest } = inputs;
        return { outputs: { y: net.apply(state.params.tensors, rest).prediction } };
      }),
    ).toThrow('RIN with 10 classes needs labels');
  });
});
