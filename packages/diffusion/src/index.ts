export type { Denoiser, DenoiserInput, DenoiserOutput, TimeFeatures } from './denoiser';
export { guide } from './guidance';
export { denoisingLoss, denoisingLossPerExample, type LossArguments } from './loss';
export { addNoise, perExample, scaleImage, unscaleImage } from './noising';
export { normalizeVariance } from './normalize';
export { flattenParameters, initialParameters, type NamedData, parameterViews } from './parameters';
export {
  clipX0,
  type PredictionType,
  predictedEpsilon,
  predictedX0,
  predictionTarget,
  predictionTypes,
  type SignalAndNoise,
  type X0Coefficients,
  x0Coefficients,
} from './prediction';
export { randomPurpose } from './random-purpose';
