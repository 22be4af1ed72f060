import { rinConfig } from '../config';

/** For 28×28 images in seconds. */
export const tiny = rinConfig({
  image: [28, 28],
  patch: 4,
  latents: 16,
  latentDim: 128,
  tapeDim: 64,
  blocks: [2, 2],
  heads: 4,
  rwHeads: 4,
  classes: 10,
});

/** The network of the golden values. */
export const fixture = rinConfig({
  image: [8, 8],
  patch: 2,
  latents: 8,
  latentDim: 32,
  tapeDim: 16,
  blocks: [1, 2],
  heads: 4,
  rwHeads: 2,
  tapeMlp: 2,
  classes: 10,
});
