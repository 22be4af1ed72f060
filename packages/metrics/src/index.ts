export { MetricError } from './errors';
export { type CollectedFeatures, type CollectOptions, collectFeatures } from './evaluate/collect';
export { defaultMetrics } from './evaluate/default-metrics';
export {
  type EvaluationInput,
  type EvaluationOptions,
  type EvaluationProgress,
  evaluate,
} from './evaluate/evaluate';
export { someIndices } from './evaluate/parts';
export {
  type Evaluation,
  type MeasuredSet,
  type MemorisationResult,
  type MetricName,
  metricNames,
  type Numbers,
  type RepeatedNumbers,
} from './evaluate/result';
export { aboutRows, type NumberRow, numberRows, pairRows, repeatRows } from './evaluate/rows';
export { type EvaluationSide, openSide, sideOfImages, someOfSide } from './evaluate/side';
export { type ExpectedBiasOptions, expectedBias, expectedBiasTask } from './expected-bias';
export type { FeatureBatch, FeatureNetwork, FeatureRequest } from './feature-network';
export { frechetDistance, frechetDistanceOfSets, frechetSetsTask, frechetTask } from './frechet';
export {
  type FrechetInfinity,
  frechetDistanceInfinity,
  frechetInfinityTask,
  type InfinityOptions,
} from './frechet-infinity';
export type { ImageBatch } from './image-batch';
export { arrayImages } from './images/array-images';
export { type BatchOptions, type IndexedBatch, imageBatches } from './images/batches';
export { datasetImages } from './images/dataset-images';
export { type ImageSet, isImage } from './images/image-set';
export { type FeatureNetworkOptions, openFeatureNetwork } from './inception/feature-network';
export {
  type ConvertedWeights,
  type ConvertOptions,
  convertInceptionWeights,
  fidWeightsFile,
  readInceptionWeights,
} from './inception/fid-file';
export { type ConvLayer, convLayers } from './inception/layers';
export type { InputRange } from './inception/network';
export { nsfwWeights } from './inception/nsfw';
export type { ConvWeights, DenseWeights, InceptionWeights } from './inception/weights';
export { type InceptionScore, type InceptionScoreOptions, inceptionScore } from './inception-score';
export {
  type KernelDistance,
  type KernelDistanceOptions,
  type KernelSubset,
  kernelDistance,
  kernelDistanceTask,
} from './kernel-distance';
export {
  type ClosePair,
  type DistanceSummary,
  type Memorisation,
  type MemorisationOptions,
  memorisation,
  memorisationTask,
  type NearestReference,
  nearestReference,
  nearestReferenceTask,
} from './memorisation';
export { mergeStatistics, type NamedStatistics } from './merge-moments';
export { type MindOptions, mind, mindTask } from './mind';
export { type MindBiasOptions, mindBias, mindBiasTask } from './mind-bias';
export type { FeatureSet, Moments } from './moments';
export { type PixelOptions, pixelNetwork, pixelOptions } from './networks/pixels';
export {
  type PrecisionRecall,
  type PrecisionRecallOptions,
  precisionRecall,
  precisionRecallTask,
} from './precision-recall';
export { type Repeats, summarizeRepeats } from './repeats';
export {
  type InputResize,
  inputResizes,
  parseInputResize,
  resizeImages,
} from './resize';
export { FeatureStatistics, momentsOf } from './statistics';
export {
  checkMadeAlike,
  type FeatureFile,
  type MadeBy,
  type NpzContents,
  npzContents,
  openFeatures,
  readStatistics,
  type Statistics,
  statisticsParts,
} from './statistics-file';
export { compute, computeAsync, type Task, type TaskOptions } from './task';
export { MetricsWorker } from './worker/client';
export type { ArgumentsOf, ResultOf, WorkerTask } from './worker/tasks';
