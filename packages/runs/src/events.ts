import type { TrainEvent } from '@noisesmith/training';
import type { Images } from './grid';

/** What a run tells: plain data, which a worker can post as it is. */
export type RunEvent =
  | Exclude<TrainEvent, { type: 'grid' }>
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
    };

export type RunEventHandler = (event: RunEvent) => void | Promise<void>;
