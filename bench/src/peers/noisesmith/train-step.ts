import type { Denoiser } from '@noisesmith/diffusion';
import type { Backend, Graph, Program, TypedArray } from '@noisesmith/tensor';
import { givenInputs, labelsOfOneHot, type TrainConfig, trainConfig, trainStep } from '@noisesmith/training';
import type { BenchConfig } from '../../configs';
import { type OptimizerSettings, timedInputScale, timedOptimizer } from '../../optimizer-settings';
import type { HostBatch } from '../../random-batch';
import { networkOf } from './network';

/** The step of protocol.ts as settings of a run; LAMB's exclusions, both passes and the loss are a run's own. */
export function stepConfig(
  batch: number,
  { emaDecay, learningRate, ...optimizer }: OptimizerSettings,
  inputScale: number,
): TrainConfig {
  return trainConfig({
    batch,
    inputScale,
    optimizer: { name: 'lamb', ...optimizer },
    learningRate: { base: learningRate },
    ema: { decay: emaDecay },
  });
}

/** The settings of the timed step. */
export const timedConfig = ({ batch }: BenchConfig): TrainConfig => stepConfig(batch, timedOptimizer, timedInputScale);

/** The train step that the benchmark times, as a graph. */
export const timedGraph = (config: BenchConfig): Graph =>
  trainStep(networkOf(config), timedConfig(config), { noise: 'given' });

/** What is uploaded for a batch. What depends on gamma is computed here, in double precision. */
export const inputsOf = (
  network: Denoiser,
  config: TrainConfig,
  { gamma, img01, noise, onehot, scMask }: HostBatch,
): Readonly<Record<string, TypedArray>> =>
  givenInputs(network, config, 0, {
    images: img01,
    noise,
    gamma,
    selfConditioningMask: scMask,
    ...(network.classes > 0 && { labels: labelsOfOneHot(onehot, network.classes) }),
  });

/** The step compiled, at the start of a run with these weights. */
export async function openTrainStep<P extends Program>(
  engine: Backend<P>,
  network: Denoiser,
  config: TrainConfig,
  weights: Float32Array<ArrayBuffer>,
): Promise<P> {
  const program = await engine.compile(trainStep(network, config, { noise: 'given' }));
  program.state.write('params', weights);
  program.state.write('ema', weights);
  return program;
}
