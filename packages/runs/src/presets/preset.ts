import type { RinConfig } from '@noisesmith/rin';
import type { TrainConfig } from '@noisesmith/training';

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

/** What a run writes besides its checkpoints, and how often. */
export interface OutputConfig {
  /** Steps between grids of samples; 0: none. */
  readonly gridEvery: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Checkpoints that are kept. */
  readonly keep: number;
  /** Samples of each class (or in all, without classes) in `samples.npz` at the end; 0: no such file. */
  readonly samplesPerClass: number;
  /** Steps between measurements of samples against the data; 0: none. */
  readonly evalEvery: number;
  /** Samples that are measured. */
  readonly evalN: number;
  /** The network whose features are compared; `pixels`: the images themselves, averaged to at most 16×16. */
  readonly evalNetwork: string;
}

/** Of runs that take hours. */
export const defaultOutput: OutputConfig = {
  gridEvery: 1000,
  checkpointEvery: 1000,
  keep: 3,
  samplesPerClass: 0,
  evalEvery: 0,
  evalN: 500,
  evalNetwork: 'pixels',
};

/** Network, data, training, sampling and output of one experiment, as plain JSON. */
export interface Preset {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly model: RinConfig;
  readonly data: DataConfig;
  readonly train: TrainConfig;
  readonly sampling: SamplingConfig;
  readonly output: OutputConfig;
  /** What the source leaves open, and how it is filled here. */
  readonly notes: readonly string[];
}
