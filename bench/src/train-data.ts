import { type BenchConfig, imageSize, type ModelConfig } from './configs';
import { type HostTensor, type HostTensors, hostTensor, tensorNamed } from './host-tensor';
import { initialParameters, parameterSpecs } from './parameters';
import { type HostBatch, randomBatch } from './random-batch';

const parameterSeed = 1;

/** Starting parameters of a config under their names. */
export function startingParameters(config: BenchConfig): Map<string, HostTensor> {
  const specs = parameterSpecs(config);
  const values = initialParameters(specs, parameterSeed);
  return new Map(specs.map(({ name, shape }) => [name, hostTensor(shape, values.get(name)!)]));
}

/** A batch as `batchN.*`, N the number of its step. */
export function batchInputs(config: ModelConfig, batch: HostBatch, step: number): Map<string, HostTensor> {
  const examples = batch.gamma.length;
  const pixels = [examples, ...imageSize(config), config.channels];
  return new Map([
    [`batch${step}.img01`, hostTensor(pixels, batch.img01)],
    [`batch${step}.noise`, hostTensor(pixels, batch.noise)],
    [`batch${step}.onehot`, hostTensor([examples, config.classes], batch.onehot)],
    [`batch${step}.gamma`, hostTensor([examples], batch.gamma)],
    [`batch${step}.scMask`, hostTensor([examples], batch.scMask)],
  ]);
}

/** What a train job of `count` steps starts from: `param.*`, and `batch0.*`, `batch1.*`, …, a batch for every step. */
export function trainInputs(config: BenchConfig, count: number): Map<string, HostTensor> {
  const inputs = new Map<string, HostTensor>();
  for (const [name, tensor] of startingParameters(config)) inputs.set(`param.${name}`, tensor);
  for (let step = 0; step < count; step++) {
    for (const [name, tensor] of batchInputs(config, randomBatch(config, step + 1), step)) inputs.set(name, tensor);
  }
  return inputs;
}

/** Batches 0 to `count` - 1 of a train job's inputs. @throws Error naming a tensor that is missing */
export function batchesOf(inputs: HostTensors, count: number): HostBatch[] {
  return Array.from({ length: count }, (_, step) => {
    const read = (name: keyof HostBatch) => tensorNamed(inputs, `batch${step}.${name}`).data;
    return {
      img01: read('img01'),
      onehot: read('onehot'),
      gamma: read('gamma'),
      noise: read('noise'),
      scMask: read('scMask'),
    };
  });
}
