import type { OptimizerConfig } from '@noisesmith/training';

/** Numbers of a LAMB step and of the moving average after it. */
export interface OptimizerSettings extends Pick<OptimizerConfig, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'> {
  readonly learningRate: number;
  readonly emaDecay: number;
}

/** Those of the timed step. */
export const timedOptimizer: OptimizerSettings = {
  learningRate: 1e-3,
  weightDecay: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  emaDecay: 0.9999,
};

/** The factor on images of [-1, 1] in the timed step. */
export const timedInputScale = 1;

/** Biases and LayerNorm parameters get neither weight decay nor a trust ratio. */
export const isExcluded = (name: string): boolean => /\.(bias|gamma|beta)$/.test(name);
