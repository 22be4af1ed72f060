import { rinForward } from '@noisesmith/rin';
import { compile, f32 } from '@noisesmith/tensor';
import type { Session } from './session';

/** One pass of the network on `in.*`: `out.eps`, `out.latents`, `out.tape`. */
export async function runForward({ backend, fixture, net, parameters, put }: Session): Promise<void> {
  if (!fixture.has('in.x')) return;
  const batch = fixture.shape('in.x')[0]!;
  const labelled = net.classes > 0;
  const spec = {
    inputs: {
      x: f32(batch, ...net.imageShape),
      timeFeatures: f32(batch, net.timeFeatures.width),
      carry: f32(batch, ...net.carryShape),
      ...(labelled && { classes: f32(batch, net.classes) }),
    },
    state: { params: net.layout },
  };
  using program = await compile(backend, spec, ({ inputs, state }) => {
    const { latents, prediction, tape } = rinForward(net.config, state.params.tensors, inputs);
    return { outputs: { eps: prediction, latents, tape } };
  });
  program.state.write('params', parameters);
  await program.run({
    x: fixture.data('in.x'),
    timeFeatures: net.timeFeatures.compute(fixture.data('in.gamma')),
    carry: fixture.data('in.latent_prev'),
    ...(labelled && { classes: fixture.data('in.onehot') }),
  });
  const tokens = (net.config.image[0] / net.config.patch) * (net.config.image[1] / net.config.patch);
  put('out.eps', [batch, ...net.imageShape], await program.read('eps'));
  put('out.latents', [batch, ...net.carryShape], await program.read('latents'));
  put('out.tape', [batch, tokens, net.config.tapeDim], await program.read('tape'));
}
