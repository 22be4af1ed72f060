import { openSampling } from '@noisesmith/samplers';
import { f32, interpret, openOracle, trace } from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import { type HostTensors, tensorNamed, under } from '../host-tensor';
import { networkOf, weightsOf } from '../peers/noisesmith/network';
import { labelsOf } from '../sampling-data';

/** Examples of a batch that are computed in float64, which is slow; examples do not depend on each other. */
const checkedExamples = 2;

/** Values of the first examples of an input. */
function firstExamples(inputs: HostTensors, name: string): Float32Array<ArrayBuffer> {
  const { shape, data } = tensorNamed(inputs, name);
  return data.slice(0, (data.length / shape[0]!) * Math.min(checkedExamples, shape[0]!));
}

/** `prediction` and `latents` of the first examples, in float64 by the engine's oracle. */
export function denoiseReference(config: BenchConfig, inputs: HostTensors): Map<string, Float64Array> {
  const network = networkOf(config);
  const weights = weightsOf(network, under(inputs, 'param.'));
  const gamma = firstExamples(inputs, 'gamma');
  const count = gamma.length;
  const spec = {
    inputs: {
      x: f32(count, ...network.imageShape),
      timeFeatures: f32(count, network.timeFeatures.width),
      carry: f32(count, ...network.carryShape),
      ...(network.classes > 0 && { classes: f32(count, network.classes) }),
    },
    state: { params: network.layout },
  };
  const graph = trace(spec, ({ inputs: given, state }) => {
    const { prediction, carry } = network.apply(state.params.tensors, given);
    return { outputs: { prediction, latents: carry } };
  });
  const { outputs } = interpret(graph, {
    inputs: {
      x: firstExamples(inputs, 'x'),
      timeFeatures: network.timeFeatures.compute(gamma),
      carry: firstExamples(inputs, 'latents'),
      ...(network.classes > 0 && { classes: firstExamples(inputs, 'onehot') }),
    },
    state: { params: weights },
  });
  return new Map(Object.entries(outputs));
}

/** `image` of the first examples: the sampler of @noisesmith/samplers on the float64 oracle. */
export async function samplingReference(
  config: BenchConfig,
  steps: number,
  inputs: HostTensors,
): Promise<Map<string, Float64Array>> {
  const network = networkOf(config);
  const weights = weightsOf(network, under(inputs, 'param.'));
  const start = firstExamples(inputs, 'start');
  const labels = [...labelsOf(inputs, config)].slice(0, checkedExamples);
  using oracle = openOracle();
  using session = await openSampling(oracle, network, {
    steps,
    sampler: 'ddim',
    inputScale: 1,
    batch: labels.length,
    givenNoise: true,
  });
  const { images } = await session.sample({
    weights,
    given: { start },
    labels: labels.map((label) => (label < config.classes ? label : null)),
  });
  return new Map([['image', Float64Array.from(images)]]);
}
