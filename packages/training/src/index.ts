export {
  type CheckpointHead,
  checkpointHead,
  type DecodeOptions,
  decodeCheckpoint,
  encodeCheckpoint,
  isCheckpoint,
  type TakePiece,
  type TrainState,
} from './checkpoint';
export {
  type Candidates,
  type CheckpointEntry,
  checkpointName,
  type FindOptions,
  findCheckpoints,
  listCheckpoints,
  pruneCheckpoints,
} from './checkpoints';
export {
  type EmaConfig,
  type OptimizerConfig,
  type TrainConfig,
  type TrainSettings,
  trainConfig,
} from './config';
export { partOf, type StepDraw, stepDrawer, type TrainBatch } from './draw';
export { averageInitialShare, averageWarning, emaDecayAt } from './ema-decay';
export { type EngineOptions, TrainEngine } from './engine';
export { CheckpointError, SettingError, TrainingError } from './errors';
export type { TrainEvent, TrainEventHandler } from './events';
export { Fields } from './fields';
export { type GivenBatch, givenInputs, labelsOfOneHot } from './given-inputs';
export type { KeeperOptions } from './keeper';
export { type LearningRateConfig, type LearningRateDecay, learningRateAt } from './learning-rate';
export { type LossInputs, type LossResult, trainingLoss } from './loss';
export type { LossByLogSnr } from './loss-by-log-snr';
export { opfsStorage } from './opfs-storage';
export { StatisticsWindow, type StepResult, type StepStatistics } from './statistics';
export { type CheckpointStorage, memoryStorage } from './storage';
export { type StepProgram, trainPrograms } from './train-programs';
export {
  accumulateStep,
  applyStep,
  stepInputs,
  stepScalarNames,
  stepScalars,
  type TrainStateName,
  type TrainStepOptions,
  trainState,
  trainStateNames,
  trainStep,
} from './train-step';
export { Trainer, type TrainerOptions, type TrainOptions } from './trainer';
export type { ReadVector } from './vector';
export { type LoadedWeights, loadWeights, saveWeights } from './weights';
