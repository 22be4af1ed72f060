import type { StepStatistics } from './statistics';

/** What a run tells the application; `step` counts the steps done. */
export type TrainEvent =
  | ({ readonly type: 'step' } & StepStatistics)
  /** Time for a grid of samples, if the application wants one; training waits for the handler. */
  | { readonly type: 'grid'; readonly step: number }
  /**
   * Time to measure samples, if the application does; training waits for the handler, and the 'step' event of this step
   * comes next. Where a run goes on from such a step it comes again, in case that the run was stopped meanwhile: `late`, for
   * that 'step' event was before.
   */
  | { readonly type: 'evaluate'; readonly step: number; readonly late: boolean }
  | { readonly type: 'checkpoint'; readonly step: number; readonly name: string; readonly bytes: number }
  | { readonly type: 'warning'; readonly message: string }
  /** The device was lost and another one opened; the run goes on from `step`. */
  | { readonly type: 'deviceLost'; readonly step: number; readonly message: string }
  | { readonly type: 'interrupted'; readonly step: number }
  | { readonly type: 'done'; readonly step: number };

export type TrainEventHandler = (event: TrainEvent) => void | Promise<void>;
