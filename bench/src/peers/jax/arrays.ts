/**
 * jax-js counts references: a function consumes its arguments, and `.ref` hands on another reference. Every function in
 * this folder keeps to that, except where it says that it leaves something alone.
 */
import { numpy as np } from '@jax-js/jax';
import type { HostTensor, HostTensors, NamedArrays } from '../../host-tensor';

/** Arrays by name; a type alias, which the library's trees ask for. */
export type Arrays = { [name: string]: np.Array };

export const upload = ({ shape, data }: HostTensor): np.Array => np.array(data).reshape([...shape]);

/** All of them under their names. */
export const uploadAll = (tensors: HostTensors): Arrays =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, upload(tensor)]));

/** Values of all of them under their names. */
export async function readAll(arrays: Arrays): Promise<NamedArrays> {
  const values = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, array] of Object.entries(arrays)) {
    values.set(name, (await array.data()) as Float32Array<ArrayBuffer>);
  }
  return values;
}
