import { nsfwWeights, openFeatureNetwork } from '@noisesmith/metrics';
import { openOracle } from '@noisesmith/tensor';

/** Pixels of a side of the network's input. */
export const INPUT_SIDE = 299;
const INPUT_SIZE = INPUT_SIDE * INPUT_SIDE * 3;

/** Features of the first of some images [batch, 299, 299, 3] in float64, by the engine's oracle. */
export async function firstFeatures(images: Float32Array): Promise<Float64Array> {
  using oracle = openOracle();
  using network = await openFeatureNetwork(oracle, await nsfwWeights('keras'), { batch: 1 });
  const data = images.subarray(0, INPUT_SIZE);
  const { pool } = await network.features({ count: 1, height: INPUT_SIDE, width: INPUT_SIDE, data });
  return Float64Array.from(pool);
}
