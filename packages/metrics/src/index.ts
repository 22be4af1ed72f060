export { MetricError } from './errors';
export type { FeatureBatch, FeatureNetwork, FeatureRequest } from './feature-network';
export { frechetDistance, frechetDistanceOfSets, frechetSetsTask, frechetTask } from './frechet';
export type { ImageBatch } from './image-batch';
export type { FeatureSet, Moments } from './moments';
export { type InputResize, inputResizes, resizeImages } from './resize';
export { FeatureStatistics, momentsOf } from './statistics';
export { compute, computeAsync, type Task, type TaskOptions } from './task';
