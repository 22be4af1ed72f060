export { type ApngOptions, encodeApng } from './apng';
export { checkRunConfig } from './check';
export { classGridPng, finalCount, gridDraw, pick } from './class-grid';
export { defaultPreset, presetConfig, type RunConfig } from './config';
export { mapDataPaths } from './data-paths';
export { checkDatasetFits, datasetWarnings, describeDataset, type OpenDataOptions, openRunDataset } from './dataset';
export {
  allLabels,
  type Draw,
  drawBatches,
  drawImages,
  drawOf,
  fixedDraw,
  labelOfSeed,
  samplingBatch,
  samplingOptions,
} from './draws';
export type { RunEvent, RunEventHandler } from './events';
export { type Images, imageGrid, squareColumns, toBytes } from './grid';
export { contentsOf, type FileContents, type InspectedTensor, type InspectOptions, inspectFile } from './inspect-file';
export { type Model, type ReadModelOptions, readModel } from './model-file';
export { nearest, suggestion } from './nearest';
export { planRun, type RunPlan, targetHere } from './plan';
export { encodePng, type Pixels } from './png';
export { preset, presets } from './presets';
export type { DataConfig, OutputConfig, Preset, SamplingConfig } from './presets/preset';
export { type RunProgram, timeTables } from './program-time';
export { runPrograms } from './programs';
export { readSetting } from './read-setting';
export { type Listening, openRun, type Run, type RunOptions } from './run';
export { isSameDataset } from './run-data';
export { memoryRunFiles, opfsRunFiles, type RunFileContent, type RunFiles } from './run-files';
export {
  checkNothingIsLost,
  isRunFolder,
  type RunState,
  runFileNames,
  runState,
  type StoredConfig,
  storedConfig,
} from './run-state';
export { RunSampler } from './sampler';
export { samplesNpzParts } from './samples-npz';
export { applySettings, differences, isJsonObject, type JsonObject, type Setting, settingsOf } from './settings';
export { type StepTimes, syntheticBatch, type TimedStep, type TimingOptions, timeSteps } from './time-steps';
export {
  chooseTuning,
  defaultTuning,
  describeTuning,
  formatTuning,
  keptTuning,
  overDefaults,
  parseTuning,
  type RunTuning,
  type TuningSource,
  tuningSources,
} from './tuning';
