import { blockUntilReady, type numpy as np, tree } from '@jax-js/jax';
import type { NamedArrays } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { type Arrays, readAll } from './arrays';

/**
 * Dispatches everything that an array waits for, which the library does not do of its own accord; the results of one
 * compiled function wait for all of it. Leaves the array alone.
 */
async function dispatch(array: np.Array): Promise<void> {
  if (array.device === 'webgpu') await array.ref.gpuBuffer();
  // WebAssembly computes here and now.
  else await array.blockUntilReady();
}

/** Work that `compute` begins anew in every run, with one compiled function as its last part. */
export function preparedWork(compute: () => Arrays): Prepared {
  let results: Arrays = {};
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        tree.dispose(results);
        results = compute();
        await dispatch(Object.values(results)[0]!);
      }
      await blockUntilReady(results);
    },
    read: (): Promise<NamedArrays> => readAll(tree.ref(results)),
  };
}
