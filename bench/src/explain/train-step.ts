import { type Graph, trace } from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import { timedInputScale, timedOptimizer } from '../optimizer-settings';
import { networkOf } from '../peers/noisesmith/network';
import { inputSpec, lossAndGradient, optimizerScalars, stateSpec, update } from '../peers/noisesmith/train-step';

/** The train step that the benchmark times, as a graph. */
export function trainGraph(config: BenchConfig): Graph {
  const network = networkOf(config);
  const { layout } = network;
  return trace(
    { inputs: inputSpec(network, config.batch), state: stateSpec(layout), scalars: optimizerScalars },
    ({ inputs, state, scalars }) => {
      const { loss, gradient } = lossAndGradient(network, state.params.tensors, inputs, timedInputScale);
      return { outputs: { loss }, state: update(layout, state, gradient, scalars, timedOptimizer) };
    },
  );
}
