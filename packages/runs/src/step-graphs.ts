import type { rin } from '@noisesmith/rin';
import type { Graph } from '@noisesmith/tensor';
import { accumulateStep, applyStep, trainStep } from '@noisesmith/training';
import type { RunConfig } from './config';

/** A program of the training step, and how often a step runs it. */
export interface StepGraph {
  readonly name: string;
  readonly graph: Graph;
  readonly runs: number;
  /** Whether it ends a step: it reads the step's scalars and changes parameters and their average. */
  readonly updates: boolean;
}

/** The programs of a training step in order: one, or two where its batch is split. */
export function stepGraphs(denoiser: ReturnType<typeof rin>, train: RunConfig['train']): readonly StepGraph[] {
  if (train.accumulation === 1) {
    return [{ name: 'training step', graph: trainStep(denoiser, train), runs: 1, updates: true }];
  }
  return [
    {
      name: 'part of a training step',
      graph: accumulateStep(denoiser, train),
      runs: train.accumulation,
      updates: false,
    },
    { name: 'end of a training step', graph: applyStep(denoiser, train), runs: 1, updates: true },
  ];
}
