import { initialParameters } from '@noisesmith/diffusion';
import { rin, rinConfig } from '@noisesmith/rin';
import { samplingStep } from '@noisesmith/samplers';
import { stepScalars, trainPrograms } from '@noisesmith/training';
import type { RunConfig } from './config';
import { samplingOptions } from './draws';
import type { RunProgram } from './program-time';

/** What a run compiles: its training step, in two parts where its batch is split, and the step of its sampler. */
export function runPrograms(config: RunConfig): readonly RunProgram[] {
  const { model, train } = config;
  const denoiser = rin(rinConfig(model));
  const params = initialParameters(denoiser, train.seed);
  const scalars = stepScalars(train, 0);
  const { storage } = train;
  const training = trainPrograms(denoiser, train).map(({ graph, label }): RunProgram => {
    const { state = {} } = graph.spec;
    const weights = Object.fromEntries(['params', 'ema'].filter((name) => name in state).map((name) => [name, params]));
    return { name: label, graph, storage, scalars, state: weights };
  });
  const sampling = samplingStep(denoiser, samplingOptions(config));
  return [...training, { name: 'sampling step', graph: sampling, storage: 'f32', state: { params } }];
}
