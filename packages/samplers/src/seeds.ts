import { randomPurpose } from '@noisesmith/diffusion';
import { deriveKey, inverseNormal, threefry2x32, uniformFromBits } from '@noisesmith/tensor';

/** Standard normal numbers that a sample of this seed starts from at t = 1; `size` of them. */
export function startNoise(seed: number, size: number): Float32Array {
  const key = deriveKey(seed, randomPurpose.sampleStart, 0, 0);
  return Float32Array.from({ length: size }, (_, j) => inverseNormal(uniformFromBits(threefry2x32(key, [j, 0])[0])));
}

/** Keys u32 [seeds, 2] of the noise added at one step: each sample's own, whatever stands beside it. */
export function stepKeys(seeds: readonly number[], step: number): Uint32Array {
  return Uint32Array.from(seeds.flatMap((seed) => deriveKey(seed, randomPurpose.sampleNoise, step, 0)));
}
