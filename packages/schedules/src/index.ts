export { type CosineOptions, cosine } from './cosine';
export { noiseDensity } from './density';
export { equalNames } from './equals/equal-names';
export type { EqualName } from './equals/name';
export { ScheduleSpecError } from './errors';
export { inputScaleUsage, parseInputScale } from './input-scale';
export { type LaplaceOptions, laplace } from './laplace';
export { type LinearBetaOptions, linearBeta } from './linear-beta';
export { type LogOptions, log } from './log';
export {
  gammaToLogSnr,
  logSnrToGamma,
  logSnrToSigma,
  noisedVariance,
  shiftGamma,
  sigmaToLogSnr,
} from './noise-level';
export { type NormalOptions, normal } from './normal';
export { offsetCosine } from './offset-cosine';
export {
  parseSchedule,
  readSpec,
  type ScheduleFamily,
  type SpecParts,
  scheduleFamilies,
  scheduleSpecUsage,
} from './parse';
export { paperSettings, type Table1Preset, type Table1PresetName, table1Preset, table1Presets } from './presets';
export { type RectifiedFlowOptions, rectifiedFlow } from './rectified-flow';
export { alphaSigma, DEFAULT_CLIP_MIN, type Schedule } from './schedule';
export { isShifted, type ShiftedSchedule, shift } from './shift';
export { type SigmoidOptions, sigmoid } from './sigmoid';
export {
  type InterpolatedCosineOptions,
  interpolatedCosine,
  type LogSnrRange,
  type ShiftedCosineOptions,
  shiftedCosine,
} from './simple-diffusion';
export { type SimpleLinearOptions, simpleLinear } from './simple-linear';
export { PAPER_METHOD, type Table5Row, table5 } from './table5';
export {
  type AblationSize,
  type FidBySize,
  type LearningRateDecay,
  type Table1Row,
  type Table1Size,
  type Table2Row,
  type Table3Row,
  type Table4Row,
  type TokenShape,
  table1,
  table2,
  table3,
  table4,
} from './tables';
