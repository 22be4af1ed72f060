/** What is used of `nsfwjs/models/inception_v3`, whose own types bring those of TensorFlow.js and an old WebGPU. */
export declare const InceptionV3Model: {
  readonly modelJson: () => Promise<{ readonly default: unknown }>;
  readonly weightBundles: readonly (() => Promise<{ readonly default: unknown }>)[];
};
