export type { FeatureBatch, FeatureNetwork, FeatureRequest } from './feature-network';
export type { ImageBatch } from './image-batch';
export { type InputResize, inputResizes, resizeImages } from './resize';
