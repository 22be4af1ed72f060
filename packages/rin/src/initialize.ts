import { randomPurpose } from '@noisesmith/diffusion';
import { deriveKey, inverseNormal, threefry2x32, uniformFromBits } from '@noisesmith/tensor';
import type { ParameterSpec } from './parameters';

/** Φ(−2): the share of a normal distribution below two deviations. */
const TAIL = 0.022750131948179195;

/**
 * Initial values of a parameter. They depend on the seed and on its own name alone, so networks that share a part start
 * that part alike.
 */
export function initializeParameter({ name, shape, init }: ParameterSpec, seed: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(shape.reduce((product, n) => product * n, 1));
  switch (init.kind) {
    case 'constant':
      out.fill(init.value);
      break;
    case 'uniform':
      fillUniform(out, seed, name, (u) => (2 * u - 1) * init.limit);
      break;
    case 'truncatedNormal':
      fillUniform(out, seed, name, (u) => inverseNormal(TAIL + u * (1 - 2 * TAIL)) * init.deviation);
      break;
  }
  return out;
}

function fillUniform(out: Float32Array, seed: number, name: string, map: (u: number) => number): void {
  const key = deriveKey(seed, randomPurpose.initialize, hashName(name), 0);
  for (let i = 0; i < out.length; i += 2) {
    const [a, b] = threefry2x32(key, [i / 2, 0]);
    out[i] = map(uniformFromBits(a));
    if (i + 1 < out.length) out[i + 1] = map(uniformFromBits(b));
  }
}

/** FNV-1a of the name's UTF-16 units, 32 bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
