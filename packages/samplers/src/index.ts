export { type Backend, onDevice, onOracle, type StepRunner } from './backend';
export { ddim } from './ddim';
export { type DdpmVariance, ddpm } from './ddpm';
export { gammaRise, type NoiseLevel, noiseLevel, type TimeStep, timeSteps } from './noise-level';
export { parseSampler, samplerSpecUsage } from './parse';
export type { Sampler, UpdateCoefficients } from './sampler';
export { startNoise, stepKeys } from './seeds';
export {
  openSampling,
  type SampleRequest,
  type Samples,
  type SamplingOptions,
  type SamplingSession,
  type StepProgress,
  sample,
  samplingStep,
} from './session';
export { denoiseStep, type StepOptions, type StepScalars, stepScalars } from './step';
