import { frechetDistance, nsfwWeights, openFeatureNetwork } from '@noisesmith/metrics';
import type { Features, Prepared } from '../../peer';
import { INPUT_SIDE } from '../../reference/features';
import { frechetPair } from '../../reference/frechet';
import type { Engine } from './prepared';

export async function openFeatures(engine: Engine, batch: number): Promise<Features> {
  const network = await openFeatureNetwork(engine, await nsfwWeights('keras'), { batch });
  return {
    async features(data) {
      const { pool } = await network.features({ count: batch, height: INPUT_SIDE, width: INPUT_SIDE, data });
      return pool as Float32Array<ArrayBuffer>;
    },
  };
}

/** The distance of two statistics, on this thread. */
export function prepareFrechet(size: number): Prepared {
  const { a, b } = frechetPair(size);
  let distance = Number.NaN;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) distance = frechetDistance(a, b);
    },
    read: async () => new Map([['distance', Float32Array.of(distance)]]),
  };
}
