import { compile, f32 } from '@noisesmith/tensor';
import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { networkOf, weightsOf } from './network';
import { type Engine, preparedProgram } from './prepared';

/** One forward pass with everything as state, so that a run uploads nothing. */
export async function prepareDenoiser(engine: Engine, config: ModelConfig, inputs: HostTensors): Promise<Prepared> {
  const network = networkOf(config);
  const { imageShape, timeFeatures, carryShape, classes, layout } = network;
  const gamma = tensorNamed(inputs, 'gamma').data;
  const batch = gamma.length;
  const given = {
    x: f32(batch, ...imageShape),
    timeFeatures: f32(batch, timeFeatures.width),
    carry: f32(batch, ...carryShape),
    ...(classes > 0 && { classes: f32(batch, classes) }),
  };
  const program = await compile(engine, { state: { params: layout, ...given } }, ({ state }) => {
    const { prediction, carry } = network.apply(state.params.tensors, state);
    return { outputs: { prediction, latents: carry } };
  });
  program.state.write('params', weightsOf(network, under(inputs, 'param.')));
  program.state.write('x', tensorNamed(inputs, 'x').data);
  program.state.write('timeFeatures', timeFeatures.compute(gamma));
  program.state.write('carry', tensorNamed(inputs, 'latents').data);
  if (classes > 0) program.state.write('classes', tensorNamed(inputs, 'onehot').data);
  return preparedProgram(engine, program);
}
