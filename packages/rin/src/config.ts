/** How positions are told: a learned table, a fixed code of sines and cosines, or the code plus a learned table. */
export const positionKinds = ['learned', 'sin_cos', 'sin_cos_plus_learned'] as const;
export type PositionKind = (typeof positionKinds)[number];

/** Settings of a Recurrent Interface Network. Jabri et al. 2022; the placement of tokens is that of the official code. */
export interface RinConfig {
  /** Height and width in pixels, each a multiple of `patch`. */
  readonly image: readonly [height: number, width: number];
  readonly channels: number;
  /** Side of a square patch; the tape has one token per patch. */
  readonly patch: number;
  /** Slots in all: learned ones, one for time, and one for the class if there are classes. */
  readonly latents: number;
  /** Width of a latent, a multiple of 8 and of `heads`. */
  readonly latentDim: number;
  /** Width of a tape token. */
  readonly tapeDim: number;
  /** Compute layers of each block. A block without any only reads. */
  readonly blocks: readonly number[];
  /** Attention heads among the latents. */
  readonly heads: number;
  /** Heads of read and write attention, whose inner width is min(tapeDim, latentDim). */
  readonly rwHeads: number;
  /** Width of the hidden layer of an MLP over that of its stream. */
  readonly latentMlp: number;
  /** As `latentMlp`, for the tape; 0: the write has no MLP. */
  readonly tapeMlp: number;
  /** 0: no class token. */
  readonly classes: number;
  /** Factor of gamma before the sines of the time embedding, and length of the axes of fixed position codes. */
  readonly timeScale: number;
  readonly tapePos: PositionKind;
  readonly latentPos: PositionKind;
  /** Side of a depthwise convolution on the tape after each write; 0: none. */
  readonly tapeConvKernel: 0 | 3;
  /**
   * Fans of attention kernels: 'keras2' counts them as the official runs did (a kernel [in, heads, d] read as a
   * convolution, which gives smaller weights), 'glorot' over the flattened matrix.
   */
  readonly initializer: 'keras2' | 'glorot';
  /** Share of hidden units dropped in the MLPs of compute layers, in training. */
  readonly dropUnits: number;
  /** Chance that a branch of a compute layer is skipped for an example, in training. */
  readonly dropPath: number;
}

/** What most configurations share; see {@link rinConfig}. */
const defaults = {
  channels: 3,
  latentMlp: 4,
  tapeMlp: 4,
  timeScale: 1000,
  tapePos: 'learned',
  latentPos: 'learned',
  tapeConvKernel: 0,
  initializer: 'keras2',
  dropUnits: 0,
  dropPath: 0,
} as const satisfies Partial<RinConfig>;

export type RinSettings = Omit<RinConfig, keyof typeof defaults> & Partial<Pick<RinConfig, keyof typeof defaults>>;

/**
 * A checked configuration, with the paper's values for what is left out: 3 channels, MLP ratios 4, time scale 1000,
 * learned positions, no convolution, no dropout.
 * @throws RangeError, one line naming the setting, its value and what was expected
 */
export function rinConfig(settings: RinSettings): RinConfig {
  const config: RinConfig = { ...defaults, ...settings };
  checkConfig(config);
  return config;
}

/** Tape tokens: patches, row by row. */
export const tapeTokens = ({ image, patch }: RinConfig): number => (image[0] / patch) * (image[1] / patch);

/** Rows of the latent table: slots that are neither time nor class. */
export const learnedLatents = ({ latents, classes }: RinConfig): number => latents - 1 - (classes > 0 ? 1 : 0);

/** Inner width of read and write attention. */
export const interfaceWidth = ({ latentDim, tapeDim }: RinConfig): number => Math.min(latentDim, tapeDim);

/** @throws RangeError, one line naming the setting, its value and what was expected */
export function checkConfig(config: RinConfig): void {
  const fail = (problem: string, expected: string): never => {
    throw new RangeError(`RIN config: ${problem}; expected ${expected}`);
  };
  const whole = (name: string, value: unknown, least: number): void => {
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      fail(`${name} is ${JSON.stringify(value)}`, `a whole number of at least ${least}`);
    }
  };
  const oneOf = (name: string, value: unknown, known: readonly unknown[]): void => {
    if (!known.includes(value)) fail(`${name} is ${JSON.stringify(value)}`, `one of ${known.join(', ')}`);
  };
  const multiple = (name: string, value: number, of: string, divisor: number): void => {
    if (value % divisor !== 0) fail(`${name} is ${value}`, `a multiple of ${of} ${divisor}`);
  };

  const { image, blocks } = config;
  if (!Array.isArray(image) || image.length !== 2) fail(`image is ${JSON.stringify(image)}`, '[height, width]');
  whole('image height', image[0], 1);
  whole('image width', image[1], 1);
  for (const name of ['channels', 'patch', 'latents', 'latentDim', 'tapeDim', 'heads', 'rwHeads'] as const) {
    whole(name, config[name], 1);
  }
  whole('latentMlp', config.latentMlp, 1);
  whole('tapeMlp', config.tapeMlp, 0);
  whole('classes', config.classes, 0);
  if (!Array.isArray(blocks) || blocks.length === 0)
    fail(`blocks is ${JSON.stringify(blocks)}`, 'a list of layer counts');
  blocks.forEach((layers, i) => {
    whole(`blocks[${i}]`, layers, 0);
  });
  if (!(Number.isFinite(config.timeScale) && config.timeScale > 0)) {
    fail(`timeScale is ${config.timeScale}`, 'a number above 0');
  }
  oneOf('tapePos', config.tapePos, positionKinds);
  oneOf('latentPos', config.latentPos, positionKinds);
  oneOf('tapeConvKernel', config.tapeConvKernel, [0, 3]);
  oneOf('initializer', config.initializer, ['keras2', 'glorot']);
  for (const name of ['dropUnits', 'dropPath'] as const) {
    if (!(config[name] >= 0 && config[name] < 1)) fail(`${name} is ${config[name]}`, 'a share in [0, 1)');
  }

  multiple('image height', image[0], 'patch', config.patch);
  multiple('image width', image[1], 'patch', config.patch);
  multiple('latentDim', config.latentDim, 'heads', config.heads);
  multiple('latentDim', config.latentDim, "the time embedding's", 8);
  multiple('min(tapeDim, latentDim)', interfaceWidth(config), 'rwHeads', config.rwHeads);
  if (learnedLatents(config) < 1) {
    fail(
      `latents is ${config.latents}`,
      `at least ${config.latents - learnedLatents(config) + 1} (time and class take a slot each)`,
    );
  }
  if (config.tapePos !== 'learned') {
    const line = image[0] === config.patch || image[1] === config.patch;
    multiple('tapeDim', config.tapeDim, "the fixed position code's", line ? 2 : 4);
  }
  if (config.tapeConvKernel > 0)
    multiple('tapeDim', config.tapeDim, "the convolution's groups", normGroups(config.tapeDim));
}

/** Groups of the normalisation in the convolution unit. */
export const normGroups = (tapeDim: number): number => Math.max(1, Math.min(Math.floor(tapeDim / 4), 32));
