import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, HostTensors, NamedArrays } from '../../host-tensor';

export const upload = ({ shape, data }: HostTensor): tf.Tensor => tf.tensor(data, [...shape]);

/** All of them under their names; the caller disposes them. */
export const uploadAll = (tensors: HostTensors): Map<string, tf.Tensor> =>
  new Map([...tensors].map(([name, tensor]) => [name, upload(tensor)]));

/** Values of all of them under their names. */
export async function readAll(tensors: ReadonlyMap<string, tf.Tensor>): Promise<NamedArrays> {
  const values = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, tensor] of tensors) values.set(name, (await tensor.data()) as Float32Array<ArrayBuffer>);
  return values;
}
