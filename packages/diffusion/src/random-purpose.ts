/**
 * What random numbers are drawn for: the second word of `deriveKey(seed, purpose, step, index)`. One table for all
 * packages, so that no two uses of one seed share a stream. A number is never given to another purpose: stored seeds
 * would draw other pictures.
 */
export const randomPurpose = {
  /** Initial parameters; step: hash of the tensor's name. */
  initialize: 1,
  /** Times, noise, masks of training; index: the example's place in the batch. */
  trainTime: 2,
  trainNoise: 3,
  selfConditioning: 4,
  /** Label dropout of the first (carry) pass and of the second. */
  labelDropoutFirst: 5,
  labelDropoutSecond: 6,
  dropoutFirst: 7,
  dropoutSecond: 8,
  /** x at t = 1, and the noise of each step; index 0, the seed is the sample's own. */
  sampleStart: 16,
  sampleNoise: 17,
} as const;
