import type { TrainConfig } from '../config';

/** The settings of a RIN as plain data, under the names `@noisesmith/rin` has for them; training does not read them. */
export interface ModelConfig {
  readonly image: readonly [height: number, width: number];
  readonly channels: number;
  readonly patch: number;
  readonly latents: number;
  readonly latentDim: number;
  readonly tapeDim: number;
  readonly blocks: readonly number[];
  readonly heads: number;
  readonly rwHeads: number;
  readonly latentMlp: number;
  readonly tapeMlp: number;
  readonly classes: number;
  readonly timeScale: number;
  readonly tapePos: 'learned' | 'sin_cos' | 'sin_cos_plus_learned';
  readonly latentPos: 'learned' | 'sin_cos' | 'sin_cos_plus_learned';
  readonly tapeConvKernel: 0 | 3;
  readonly initializer: 'keras2' | 'glorot';
  readonly dropUnits: number;
  readonly dropPath: number;
}

/** What most networks here share; see {@link modelConfig}. */
const shared = {
  latentMlp: 4,
  tapeMlp: 4,
  timeScale: 1000,
  tapePos: 'learned',
  latentPos: 'learned',
  tapeConvKernel: 0,
  initializer: 'keras2',
  dropUnits: 0,
  dropPath: 0,
} as const satisfies Partial<ModelConfig>;

/** A whole model configuration; what is left out is as in the paper's networks. */
export const modelConfig = (
  settings: Omit<ModelConfig, keyof typeof shared> & Partial<Pick<ModelConfig, keyof typeof shared>>,
): ModelConfig => ({ ...shared, ...settings });

export interface DataConfig {
  /** A data set spec of `@noisesmith/data`; null where the set is not free to ship and the user names it. */
  readonly source: string | null;
  /** Side of the square images in pixels. */
  readonly size: number;
  readonly channels: 1 | 3;
  readonly resize: 'bicubic' | 'area';
  readonly crop: 'center' | 'none';
  /** Mirror images left to right with probability 1/2. */
  readonly flip: boolean;
}

export interface SamplingConfig {
  readonly steps: number;
  /** e.g. `ddpm` or `ddim@0.5` */
  readonly sampler: string;
  /** Spec of the schedule sampled with, whatever the training schedule. */
  readonly schedule: string;
  /** w of (1 + w)·conditional − w·unconditional; 0: none. */
  readonly guidance: number;
}

/** Network, data, training and sampling of one experiment, as plain JSON. */
export interface Preset {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly model: ModelConfig;
  readonly data: DataConfig;
  readonly train: TrainConfig;
  readonly sampling: SamplingConfig;
  /** What the source leaves open, and how it is filled here. */
  readonly notes: readonly string[];
}
