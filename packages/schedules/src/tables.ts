/** The side of the square images of a row, in pixels. */
export type Table1Size = 64 | 128 | 256 | 512 | 768 | 1024;
/** The sizes at which Tables 3 and 4 compare schedules. */
export type AblationSize = 64 | 128 | 256;

/** A set of vectors: how many, and of what width. */
export interface TokenShape {
  readonly count: number;
  readonly dim: number;
}

export interface Table1Row {
  /** Side in pixels; images are square with 3 channels. */
  readonly imageSize: Table1Size;
  readonly channels: 3;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Tape tokens; count = (imageSize / patchSize)^2. */
  readonly tokens: TokenShape;
  /** All latent slots, among them one for time and one for the class. */
  readonly latents: TokenShape;
  /** Compute layers of each block, so its length is the number of blocks. */
  readonly layers: readonly number[];
  readonly heads: number;
  /** Parameters in millions, as printed. */
  readonly paramsMillions: number;
  readonly inputScale: number;
  /** Spec string of the training schedule. */
  readonly schedule: string;
}

const SIX_BY_FOUR = [6, 6, 6, 6] as const;
const SIX_BY_SIX = [6, 6, 6, 6, 6, 6] as const;
const EIGHT_BY_SIX = [8, 8, 8, 8, 8, 8] as const;

const row1 = (
  imageSize: Table1Size,
  tokens: number,
  latents: number,
  layers: readonly number[],
  paramsMillions: number,
  inputScale: number,
  schedule = 'simple_linear',
): Table1Row => ({
  imageSize,
  channels: 3,
  patchSize: 8,
  tokens: { count: tokens, dim: 512 },
  latents: { count: latents, dim: 768 },
  layers,
  heads: 16,
  paramsMillions,
  inputScale,
  schedule,
});

/**
 * Table 1 as printed, smallest image first. Two entries disagree with the rest of the paper: the 256 row's input scale
 * 0.5 is not the one behind the headline FID 3.52, which is 0.4 (Tables 4 and 5), and the 512 row's 320M is 320.6M by
 * count, which rounds to 321. The 512 row is also the only one not trained with 1 - t.
 */
export const table1: readonly Table1Row[] = [
  row1(64, 64, 128, SIX_BY_FOUR, 214, 1.0),
  row1(128, 256, 128, SIX_BY_FOUR, 215, 0.6),
  row1(256, 1024, 256, SIX_BY_SIX, 319, 0.5),
  row1(512, 4096, 256, SIX_BY_SIX, 320, 0.2, 'cosine@0.2,1,1'),
  row1(768, 9216, 256, EIGHT_BY_SIX, 408, 0.1),
  row1(1024, 16384, 256, EIGHT_BY_SIX, 412, 0.1),
];

/** `cosine@r`: the first fraction r of a half cosine from the full rate to 0, stretched over the training. */
export type LearningRateDecay = 'cosine@0.7' | 'constant';

export interface Table2Row {
  readonly imageSize: Table1Size;
  /** Optimizer steps. */
  readonly steps: number;
  /** Images per step. */
  readonly batchSize: number;
  /** Peak learning rate of LAMB. */
  readonly learningRate: number;
  readonly decay: LearningRateDecay;
  /** Probability of training an example without its label. */
  readonly labelDropout: number;
}

const row2 = (
  imageSize: Table1Size,
  steps: number,
  learningRate: number,
  decay: LearningRateDecay,
  labelDropout: number,
): Table2Row => ({ imageSize, steps, batchSize: 1024, learningRate, decay, labelDropout });

/**
 * Table 2. It prints the decay as "Cosine (first 70%)", which reads like a decay during the first 70% of the steps. The
 * reference implementation's `cosine@0.7` is the first 70% of the cosine curve over all steps, so the rate ends at
 * (1 + cos(0.7 pi)) / 2 = 0.206 of its peak, not at 0. Warm-up is not in the paper.
 */
export const table2: readonly Table2Row[] = [
  row2(64, 150_000, 2e-3, 'cosine@0.7', 0),
  row2(128, 250_000, 2e-3, 'cosine@0.7', 0),
  row2(256, 250_000, 2e-3, 'cosine@0.7', 0),
  row2(512, 1_000_000, 1e-3, 'constant', 0),
  row2(768, 1_000_000, 1e-3, 'constant', 0.1),
  row2(1024, 910_000, 1e-3, 'constant', 0.1),
];

/** FID at each image size; lower is better. */
export type FidBySize = Readonly<Record<AblationSize, number>>;

export interface Table3Row {
  /** Spec string of the training schedule. */
  readonly schedule: string;
  readonly fid: FidBySize;
}

const row3 = (schedule: string, at64: number, at128: number, at256: number): Table3Row => ({
  schedule,
  fid: { 64: at64, 128: at128, 256: at256 },
});

/**
 * Table 3: FID of each schedule function with the input scale at 1, rows in the paper's order. The row named just
 * "cosine" is `cosine@0,1,1` here, without the sampling schedule's offsets.
 */
export const table3: readonly Table3Row[] = [
  row3('simple_linear', 2.04, 4.51, 7.21),
  row3('cosine@0,1,1', 2.71, 7.28, 21.6),
  row3('cosine@0.2,1,1', 2.15, 4.9, 12.3),
  row3('cosine@0.2,1,2', 2.84, 5.64, 5.61),
  row3('cosine@0.2,1,3', 3.3, 4.64, 6.24),
  row3('sigmoid@-3,3,0.9', 2.09, 5.83, 7.19),
  row3('sigmoid@-3,3,1.1', 2.03, 4.89, 7.23),
  row3('sigmoid@0,3,0.3', 4.93, 6.07, 5.74),
  row3('sigmoid@0,3,0.5', 3.12, 5.71, 4.28),
  row3('sigmoid@0,3,0.7', 3.34, 3.91, 5.49),
  row3('sigmoid@0,3,0.9', 2.29, 4.42, 5.48),
  row3('sigmoid@0,3,1.1', 2.36, 4.39, 7.15),
];

export interface Table4Row {
  readonly inputScale: number;
  /** FID by training schedule, then by image size. */
  readonly fid: {
    readonly 'cosine@0.2,1,1': FidBySize;
    readonly simple_linear: FidBySize;
  };
}

/** FIDs in the order of the paper's columns: at each size the cosine, then 1 - t. */
const row4 = (
  inputScale: number,
  [cosine64, linear64, cosine128, linear128, cosine256, linear256]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
): Table4Row => ({
  inputScale,
  fid: {
    'cosine@0.2,1,1': { 64: cosine64, 128: cosine128, 256: cosine256 },
    simple_linear: { 64: linear64, 128: linear128, 256: linear256 },
  },
});

/** Table 4: FID of each input scale for two schedule functions. Its last row, b = 1, repeats two rows of Table 3. */
export const table4: readonly Table4Row[] = [
  row4(0.3, [5.1, 6.77, 5.63, 5.25, 3.7, 3.58]),
  row4(0.4, [4, 3.79, 4.65, 6.89, 4.01, 3.52]),
  row4(0.5, [3.76, 3.79, 4.14, 3.9, 5.12, 5.07]),
  row4(0.6, [3.42, 2.8, 3.97, 3.5, 5.54, 5.54]),
  row4(0.7, [2.4, 2.49, 4.78, 5.34, 7.93, 5.72]),
  row4(0.8, [2.36, 2.43, 6.28, 5.35, 4.52, 7.52]),
  row4(0.9, [2.31, 2.23, 4.89, 3.86, 5.51, 6.69]),
  row4(1, [2.15, 2.04, 4.9, 4.51, 12.3, 7.21]),
];
