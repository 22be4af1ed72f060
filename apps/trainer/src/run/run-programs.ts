import { rin, rinConfig } from '@noisesmith/rin';
import { samplingStep } from '@noisesmith/samplers';
import { accumulateStep, applyStep, stepScalars, trainStep } from '@noisesmith/training';
import type { RunConfig } from '../config/run-config';
import type { RunProgram } from './program-time';
import { samplingOptions } from './sampling';

/** What a run compiles: its training step, in two parts where its batch is split, and the step of its sampler. */
export function runPrograms(config: RunConfig): readonly RunProgram[] {
  const { model, train } = config;
  const denoiser = rin(rinConfig(model));
  const params = denoiser.initialize(train.seed);
  const scalars = stepScalars(train, 0);
  const training: RunProgram[] =
    train.accumulation === 1
      ? [{ name: 'training step', graph: trainStep(denoiser, train), scalars, state: { params, ema: params } }]
      : [
          { name: 'part of a training step', graph: accumulateStep(denoiser, train), state: { params } },
          {
            name: 'end of a training step',
            graph: applyStep(denoiser, train),
            scalars,
            state: { params, ema: params },
          },
        ];
  const sampling = samplingStep(denoiser, samplingOptions(config));
  return [...training, { name: 'sampling step', graph: sampling, state: { params } }];
}
