import { denoiseStep } from '@noisesmith/samplers';
import { compileGraph } from '@noisesmith/tensor';
import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { SamplingLevel } from '../../job';
import type { Prepared } from '../../peer';
import { labelsOf } from '../../sampling-data';
import { networkOf, weightsOf } from './network';
import { type Engine, readOutputs } from './prepared';

/** The compiled step of @noisesmith/samplers, replayed for every level. It replaces x, so that every run writes x anew. */
export async function prepareSampler(
  engine: Engine,
  config: ModelConfig,
  levels: readonly SamplingLevel[],
  inputs: HostTensors,
): Promise<Prepared> {
  const network = networkOf(config);
  const { timeFeatures, carryShape, classes } = network;
  const start = tensorNamed(inputs, 'start');
  const batch = start.shape[0]!;
  const step = denoiseStep(network, { batch, inputScale: 1, normalize: true, guided: false, noise: 'none' });
  const program = await compileGraph(engine, step);
  program.state.write('params', weightsOf(network, under(inputs, 'param.')));
  const noCarry = new Float32Array(carryShape.reduce((size, n) => size * n, batch));
  const runs = levels.map(({ gamma, ...scalars }) => ({
    inputs: {
      timeFeatures: timeFeatures.compute([gamma]),
      ...(classes > 0 && { labels: labelsOf(inputs, { batch, classes }) }),
    },
    scalars: { ...scalars, nextFromNoise: 0, guidance: 0, carryMomentum: 0 },
  }));
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        program.state.write('x', start.data);
        program.state.write('carry', noCarry);
        for (const one of runs) await program.run(one.inputs, one.scalars);
      }
      await engine.idle();
    },
    read: () => readOutputs(program),
  };
}
