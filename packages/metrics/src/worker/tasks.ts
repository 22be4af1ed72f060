import { expectedBiasTask } from '../expected-bias';
import { frechetSetsTask, frechetTask } from '../frechet';
import { frechetInfinityTask } from '../frechet-infinity';
import { kernelDistanceTask } from '../kernel-distance';
import { memorisationTask, nearestReferenceTask } from '../memorisation';
import { mindTask } from '../mind';
import { mindBiasTask } from '../mind-bias';
import { precisionRecallTask } from '../precision-recall';
import type { Task } from '../task';

/** What a worker can compute, by the name of the function that does it in place. */
export const workerTasks = {
  expectedBias: expectedBiasTask,
  frechetDistance: frechetTask,
  frechetDistanceInfinity: frechetInfinityTask,
  frechetDistanceOfSets: frechetSetsTask,
  kernelDistance: kernelDistanceTask,
  memorisation: memorisationTask,
  mind: mindTask,
  mindBias: mindBiasTask,
  nearestReference: nearestReferenceTask,
  precisionRecall: precisionRecallTask,
} as const;

export type WorkerTask = keyof typeof workerTasks;
export type ArgumentsOf<N extends WorkerTask> = Parameters<(typeof workerTasks)[N]>;
export type ResultOf<N extends WorkerTask> = ReturnType<(typeof workerTasks)[N]> extends Task<infer T> ? T : never;

/** To the worker: a task by its number, or that it is no longer wanted. */
export type WorkerRequest =
  | { readonly id: number; readonly task: WorkerTask; readonly args: readonly unknown[] }
  | { readonly id: number; readonly stop: true };

/** From the worker. */
export type WorkerReply =
  | { readonly id: number; readonly done: number }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
