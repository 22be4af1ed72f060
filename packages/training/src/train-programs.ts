import type { Denoiser } from '@noisesmith/diffusion';
import type { Graph } from '@noisesmith/tensor';
import type { TrainConfig } from './config';
import { accumulateStep, applyStep, type TrainStepOptions, trainStep } from './train-step';

/** One program of a training step. */
export interface StepProgram {
  /** What errors and reports call it, e.g. `training step`. */
  readonly label: string;
  readonly graph: Graph;
  /** How often a step runs it. */
  readonly runs: number;
}

/**
 * The programs of a training step in order: one, or two where its batch is split. The first takes the inputs of a part
 * of the batch, the last takes the step's scalars and changes weights, moments and average.
 */
export function trainPrograms(
  denoiser: Denoiser,
  config: TrainConfig,
  options: TrainStepOptions = {},
): readonly StepProgram[] {
  const { accumulation } = config;
  if (accumulation === 1) {
    return [{ label: 'training step', graph: trainStep(denoiser, config, options), runs: 1 }];
  }
  return [
    { label: 'part of a training step', graph: accumulateStep(denoiser, config, options), runs: accumulation },
    { label: 'end of a training step', graph: applyStep(denoiser, config), runs: 1 },
  ];
}
