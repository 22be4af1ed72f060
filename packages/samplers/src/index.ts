export type { SampleBatch } from './batch';
export { ddim } from './ddim';
export { type DdpmVariance, ddpm } from './ddpm';
export { gammaRise, type NoiseLevel, noiseLevel, type TimeStep, timeSteps } from './noise-level';
export { parseSampler } from './parse';
export type { SampleRequest, StepProgress } from './request';
export type { Sampler, UpdateCoefficients } from './sampler';
export {
  type ChoiceFamily,
  type NumberFamily,
  type SamplerFamily,
  samplerSpecUsage,
  samplers,
  samplerUsage,
} from './samplers';
export { startNoise, stepKeys } from './seeds';
export { openSampling, type Samples, type SamplingSession, sample, samplingStep } from './session';
export type { SamplingOptions } from './settings';
export type { SampleState, StatesRequest } from './states';
export { denoiseStep, type StepOptions, type StepScalars, stepScalars } from './step';
