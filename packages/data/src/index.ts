export { type ArrayDatasetOptions, arrayDataset } from './arrays';
export { allowedBroken, type BrokenImage } from './broken-images';
export { type CheckOptions, checkDataset, type DatasetCheck } from './check';
export { chosenFiles, droppedFiles, type PlacedFile, placedFiles } from './chosen-files';
export { cifar10Dataset } from './cifar10';
export {
  createDataset,
  type DatasetOptions,
  type ImageBatch,
  type ImageDataset,
  type ImageSizes,
  type ImageSource,
  type SkippedFiles,
  type TrainStream,
  trainBatch,
} from './dataset';
export { decodeImage } from './decode';
export { type EmojiOptions, emojiDataset } from './emoji';
export { filesDataset } from './encoded';
export { DataError, DataFileError, MissingFileError, UnavailableError } from './errors';
export {
  type ClassFacts,
  type DatasetFacts,
  datasetChanges,
  datasetFacts,
  type RecordedFacts,
} from './facts';
export type { Files } from './files';
export { imageExtensions } from './image-folder';
export { type DatasetContents, inspectDataset } from './inspect';
export { mnistDataset } from './mnist';
export { datasetSpecs, type OpenOptions, openDataset } from './open';
export { type PixelOptions, prepareImage } from './prepare';
export { centreSquare, copyInto, type FloatImage, type Raster, toFloatImage, toGrey } from './raster';
export { type FloatImages, type Resampling, type ResizeMethod, resize, resizeAll } from './resize';
export { batchItems, hash32, type StreamItem, shuffledIndex, streamItem } from './shuffle';
export { urlFiles } from './url-files';
