import type { StepStatistics, TrainEvent } from '@noisesmith/training';
import type { Images } from './grid';

/** What a run tells: plain data, which a worker can post as it is. */
export type RunEvent =
  | Exclude<TrainEvent, { type: 'step' | 'grid' | 'evaluate' }>
  /** `frechet` where samples were measured after this step, as in 'evaluation'. */
  | ({ readonly type: 'step'; readonly frechet?: number } & StepStatistics)
  /** Kernels of the run that are ready. */
  | { readonly type: 'compiling'; readonly ready: number; readonly total: number }
  /** Samples are being drawn: `done` of the request's `total` are ready, and others are at step `index` of `steps`. */
  | {
      readonly type: 'sampling';
      readonly done: number;
      readonly total: number;
      readonly index: number;
      readonly steps: number;
    }
  /** Samples of the moving average after `step` steps, with the label of each. */
  | {
      readonly type: 'grid';
      readonly step: number;
      readonly images: Images;
      readonly labels: readonly (number | null)[];
    }
  /** Images of the data whose features are known, of `total`; once in a run. */
  | { readonly type: 'reference'; readonly done: number; readonly total: number }
  /** Squared Fréchet distance of `samples` samples of the moving average to the data, by the features of `network`. */
  | {
      readonly type: 'evaluation';
      readonly step: number;
      readonly frechet: number;
      readonly samples: number;
      readonly network: string;
    };

export type RunEventHandler = (event: RunEvent) => void | Promise<void>;
