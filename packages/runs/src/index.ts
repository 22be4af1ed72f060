export { checkRunConfig } from './check';
export { classGridPng, gridDraw, pick } from './class-grid';
export { defaultPreset, presetConfig, type RunConfig } from './config';
export { openRunDataset } from './dataset';
export {
  allLabels,
  type Draw,
  drawImages,
  drawOf,
  fixedDraw,
  labelOfSeed,
  RunSampler,
  samplingBatch,
  samplingOptions,
} from './draws';
export { type Images, imageGrid, squareColumns, toBytes } from './grid';
export { type Model, readModel } from './model-file';
export { nearest, suggestion } from './nearest';
export { adapterProfile, planRun, type RunPlan } from './plan';
export { encodePng, type Pixels } from './png';
export { preset, presets } from './presets';
export type { DataConfig, OutputConfig, Preset, SamplingConfig } from './presets/preset';
export { type RunProgram, timeTables } from './program-time';
export { runPrograms } from './programs';
export { readSetting } from './read-setting';
export { samplesNpz } from './samples-npz';
export { applySettings, differences, isJsonObject, type JsonObject, type Setting, settingsOf } from './settings';
export {
  chooseTuning,
  defaultTuning,
  describeTuning,
  formatTuning,
  overDefaults,
  parseTuning,
  type RunTuning,
  type TuningSource,
  tuningSources,
} from './tuning';
