import { readFile } from 'node:fs/promises';
import { type NdArray, readSafetensors } from '@noisesmith/formats';
import type { ModelConfig } from '../configs';
import { type HostTensor, hostTensor } from '../host-tensor';
import { parameterSpecs } from '../parameters';
import type { HostBatch } from '../random-batch';

/** The float64 results of a `rin-fixture-1` file, by parameter name. */
export interface TrainFixture {
  readonly config: ModelConfig;
  readonly parameters: Map<string, HostTensor>;
  readonly batch: HostBatch;
  readonly loss: number;
  readonly gradients: Map<string, HostTensor>;
  /** Parameters after the first LAMB step. */
  readonly lamb: Map<string, HostTensor>;
}

/** Reads what a train step is checked against. @throws Error when the file is of another format or lacks a tensor */
export async function readTrainFixture(path: string): Promise<TrainFixture> {
  const { metadata, tensors } = readSafetensors(await readFile(path), { name: path });
  if (metadata.format !== 'rin-fixture-1') {
    throw new Error(`${path}: format is ${JSON.stringify(metadata.format)}, expected "rin-fixture-1"`);
  }
  const config = JSON.parse(metadata.config ?? 'null') as ModelConfig;
  const read = (name: string): Float32Array<ArrayBuffer> => {
    const found: NdArray | undefined = tensors.get(name);
    if (found?.dtype !== 'F32') throw new Error(`${path}: no F32 tensor ${JSON.stringify(name)}`);
    return found.data as Float32Array<ArrayBuffer>;
  };
  const specs = parameterSpecs(config);
  const inFile = [...tensors.keys()].filter((name) => name.startsWith('param.')).length;
  if (inFile !== specs.length) throw new Error(`${path}: ${inFile} parameters, expected ${specs.length}`);
  const named = (prefix: string) =>
    new Map(specs.map(({ name, shape }) => [name, hostTensor(shape, read(`${prefix}.${name}`))]));
  return {
    config,
    parameters: named('param'),
    batch: {
      img01: read('train.img01'),
      onehot: config.classes > 0 ? read('train.onehot') : new Float32Array(),
      gamma: read('train.gamma'),
      noise: read('train.noise'),
      scMask: read('train.sc_mask'),
    },
    loss: read('train.loss')[0]!,
    gradients: named('grad'),
    lamb: named('lamb1'),
  };
}
