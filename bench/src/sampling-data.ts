import { ddim, stepScalars, timeSteps } from '@noisesmith/samplers';
import { offsetCosine } from '@noisesmith/schedules';
import { type BenchConfig, imageSize } from './configs';
import { type HostTensor, type HostTensors, hostTensor, sizeOf, tensorNamed } from './host-tensor';
import type { SamplingLevel } from './job';
import { normalSource, randomBatch, uniformSource } from './random-batch';
import { startingParameters } from './train-data';

const seed = 2;

/** The numbers of `steps` DDIM steps of a network that predicts noise, in double precision. */
export function samplingLevels(steps: number): SamplingLevel[] {
  const sampler = ddim();
  return timeSteps(steps, offsetCosine()).map((step) => {
    const scalars = stepScalars(step, sampler, { predictionType: 'eps', guidance: 0, carryMomentum: 0 });
    const { x0FromX, x0FromOutput, nextFromX0, nextFromX } = scalars;
    return { gamma: step.now.gamma, x0FromX, x0FromOutput, nextFromX0, nextFromX };
  });
}

/** Labels as class numbers [batch], `classes` where an example has none. */
export function labelsOf(
  inputs: HostTensors,
  { batch, classes }: Pick<BenchConfig, 'batch' | 'classes'>,
): Uint32Array<ArrayBuffer> {
  const { data } = tensorNamed(inputs, 'onehot');
  return Uint32Array.from({ length: batch }, (_, example) => {
    const label = data.subarray(example * classes, (example + 1) * classes).indexOf(1);
    return label < 0 ? classes : label;
  });
}

/** Parameters none of which is without effect, as zeros and ones at the start of training are. */
function variedParameters(config: BenchConfig): Map<string, HostTensor> {
  const normal = normalSource(uniformSource(seed));
  return new Map(
    [...startingParameters(config)].map(([name, { shape, data }]) => [
      `param.${name}`,
      hostTensor(
        shape,
        data.map((value) => value + 0.05 * normal()),
      ),
    ]),
  );
}

/** Inputs of a denoise job; see {@link Peer.prepareDenoiser}. */
export function denoiseInputs(config: BenchConfig): Map<string, HostTensor> {
  const { batch, channels, classes, latents, latent_dim: latentDim } = config;
  const { noise, gamma, onehot } = randomBatch(config, seed);
  const normal = normalSource(uniformSource(seed + 1));
  const carried = [batch, latents, latentDim];
  return new Map([
    ...variedParameters(config),
    ['x', hostTensor([batch, ...imageSize(config), channels], noise)],
    ['gamma', hostTensor([batch], gamma)],
    ['onehot', hostTensor([batch, classes], onehot)],
    ['latents', hostTensor(carried, Float32Array.from({ length: sizeOf(carried) }, normal))],
  ]);
}

/** Inputs of a sample job; see {@link Peer.prepareSampler}. */
export function sampleInputs(config: BenchConfig): Map<string, HostTensor> {
  const { batch, channels, classes } = config;
  const { noise, onehot } = randomBatch(config, seed);
  return new Map([
    ...variedParameters(config),
    ['start', hostTensor([batch, ...imageSize(config), channels], noise)],
    ['onehot', hostTensor([batch, classes], onehot)],
  ]);
}
