import type { TimeFeatures } from '@noisesmith/diffusion';
import { scope, type Tensor } from '@noisesmith/tensor';
import type { RinConfig } from './config';
import { dense } from './layers';
import { linearParameters, type ParameterSpec } from './parameters';
import { writeSinCos } from './position-codes';
import type { Weights } from './weights';

const featureWidth = ({ latentDim }: RinConfig): number => latentDim / 4;

/**
 * Sines and cosines of timeScale·gamma at latentDim/8 frequencies, standardised per example (population deviation). The
 * network is told gamma, not t: that is what lets a model be sampled under another schedule than its training one. The
 * paper writes t.
 */
export function timeFeatures(config: RinConfig): TimeFeatures {
  const width = featureWidth(config);
  return {
    width,
    compute(gamma) {
      const rows = new Float64Array(gamma.length * width);
      for (let i = 0; i < gamma.length; i++) {
        writeSinCos(rows, i * width, gamma[i]! * config.timeScale, width);
        standardize(rows.subarray(i * width, (i + 1) * width));
      }
      return Float32Array.from(rows);
    },
  };
}

function standardize(v: Float64Array): void {
  const mean = v.reduce((sum, x) => sum + x, 0) / v.length;
  const deviation = Math.sqrt(v.reduce((sum, x) => sum + (x - mean) ** 2, 0) / v.length);
  for (let i = 0; i < v.length; i++) v[i] = (v[i]! - mean) / deviation;
}

export const timeParameters = (config: RinConfig): ParameterSpec[] => [
  ...linearParameters('time.fc1', featureWidth(config), config.latentDim),
  ...linearParameters('time.fc2', config.latentDim, config.latentDim),
];

/** Time features [batch, latentDim/4] → [batch, latentDim], by a two-layer network with SiLU. */
export const timeEmbedding = (w: Weights, features: Tensor): Tensor =>
  scope('time', () => dense(w.at('time.fc2'), dense(w.at('time.fc1'), features, 'silu')));
