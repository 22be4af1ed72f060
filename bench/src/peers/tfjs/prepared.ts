import * as tf from '@tensorflow/tfjs-core';
import type { NamedArrays } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { readAll } from './tensors';

/**
 * Work that `compute` dispatches anew in every run. The tensors that it returns live until the next run; all others are
 * disposed as it ends.
 */
export function preparedWork(
  compute: () => Record<string, tf.Tensor>,
  fence: () => Promise<void>,
  read: (results: NamedArrays) => NamedArrays = (results) => results,
): Prepared {
  let results: Record<string, tf.Tensor> = {};
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        tf.dispose(results);
        results = tf.tidy(compute);
      }
      await fence();
    },
    read: async () => read(await readAll(new Map(Object.entries(results)))),
  };
}
