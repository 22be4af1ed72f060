import type { BenchConfig } from './configs';
import { type Convolution, describeConvolution } from './convolutions';
import type { Op } from './ops';

/** What every job says about its timing; see protocol.ts. */
interface Timing {
  /** Values to time: warm steps of a train job, rounds of the others. */
  readonly repeats: number;
  /** No value is begun once this much time has gone into timed ones; at least one is taken. */
  readonly budgetMs: number;
}

export interface TrainJob extends Timing {
  readonly kind: 'train';
  readonly config: BenchConfig;
  /** File of float64 results that the step is checked against; null: not checked. */
  readonly fixture: string | null;
}

export interface OpJob extends Timing {
  readonly kind: 'op';
  readonly name: string;
  readonly op: Op;
}

/** One forward pass of a config's model at its batch size. */
export interface DenoiseJob extends Timing {
  readonly kind: 'denoise';
  readonly config: BenchConfig;
}

/** The numbers of one sampling step: x̂0 = clip(x0FromX·x + x0FromOutput·output), x' = nextFromX0·x̂0 + nextFromX·x. */
export interface SamplingLevel {
  readonly gamma: number;
  readonly x0FromX: number;
  readonly x0FromOutput: number;
  readonly nextFromX0: number;
  readonly nextFromX: number;
}

/** As many DDIM steps as there are levels, from given noise to pixels, the latents carried from step to step. */
export interface SampleJob extends Timing {
  readonly kind: 'sample';
  readonly config: BenchConfig;
  readonly levels: readonly SamplingLevel[];
}

/** A convolution of Inception-v3 by itself. */
export interface ConvolutionJob extends Timing {
  readonly kind: 'convolution';
  readonly name: string;
  readonly convolution: Convolution;
}

/** The features of a batch of images by the Inception-v3 of the package nsfwjs, from upload to readback. */
export interface FeaturesJob extends Timing {
  readonly kind: 'features';
  readonly batch: number;
}

/** The memory that features take after the first `few` and after all of `many` images, one batch after another. */
export interface StreamJob extends Timing {
  readonly kind: 'stream';
  readonly batch: number;
  readonly few: number;
  readonly many: number;
}

/** The Fréchet distance of two statistics of `size` dimensions, on one core. */
export interface FrechetJob extends Timing {
  readonly kind: 'frechet';
  readonly size: number;
}

/** One thing that is timed; every contestant gets a process of its own for it. */
export type Job = TrainJob | OpJob | DenoiseJob | SampleJob | ConvolutionJob | FeaturesJob | StreamJob | FrechetJob;

/** Name of a job in tables and reports. */
export function jobName(job: Job): string {
  switch (job.kind) {
    case 'op':
      return job.name;
    case 'sample':
      return `ddim${job.levels.length} ${job.config.name}`;
    case 'convolution':
      return `${job.name}: ${describeConvolution(job.convolution)}`;
    case 'features':
      return `features of ${job.batch} images`;
    case 'stream':
      return `memory of ${job.many} images`;
    case 'frechet':
      return `Fréchet distance, ${job.size} dimensions`;
    default:
      return `${job.kind} ${job.config.name}`;
  }
}
