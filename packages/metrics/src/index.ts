export type { FeatureBatch, FeatureNetwork, FeatureRequest } from './feature-network';
export type { ImageBatch } from './image-batch';
