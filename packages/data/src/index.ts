export { type ArrayDatasetOptions, arrayDataset } from './arrays';
export { cifar10Dataset } from './cifar10';
export {
  createDataset,
  type DatasetOptions,
  type ImageBatch,
  type ImageDataset,
  type ImageSource,
  type TrainStream,
  trainBatch,
} from './dataset';
export { decodeImage } from './decode';
export { type EmojiOptions, emojiDataset } from './emoji';
export { DataError } from './errors';
export { chosenFiles, filesDataset, type ImageFile, imageExtensions } from './files';
export { mnistDataset } from './mnist';
export { datasetSpecs, type OpenOptions, openDataset } from './open';
export { type PixelOptions, prepareImage } from './prepare';
export { centreSquare, copyInto, type FloatImage, type Raster, toFloatImage, toGrey } from './raster';
export { type ResizeMethod, resize } from './resize';
export { batchItems, hash32, type StreamItem, shuffledIndex, streamItem } from './shuffle';
