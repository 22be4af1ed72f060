import type { Graph } from '../../ir/program';
import { searchChoices, type TunedSite } from '../../plan/tune/search';
import type { TemporaryStorage } from '../../plan/tune/site';
import { choicesOf, type TuningTable, tuningKey } from '../../plan/tune/table';
import type { Device } from '../device';
import { DeviceTrial } from './device-trial';

export interface TuneProgress {
  /** From 0; in each round sites are timed with their next candidate. */
  readonly round: number;
  /** As far as known: an attention that is expanded brings sites of its own. */
  readonly rounds: number;
  /** Kernels timed in this round, of those to time. */
  readonly timed: number;
  readonly total: number;
}

export interface TuneOptions {
  /** Choices to keep, such as those for another program on this adapter: their sites are not timed again. */
  readonly known?: TuningTable;
  /** How the program is compiled later; 'f32' unless given. Its choices are kept under keys of their own. */
  readonly storage?: TemporaryStorage;
  /** Seconds after which nothing more is begun: what is measured by then decides. 120 unless given. */
  readonly budgetSeconds?: number;
  /** Ends tuning with its reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TuneProgress) => void;
  /** Told of every key that was measured, once it is decided: what each candidate costs, and which is taken. */
  readonly onSite?: (site: TunedSite) => void;
}

const BUDGET_SECONDS = 120;

/**
 * Times the few candidates of every site of a program in place, on this device, and keeps the fastest. A longer compile
 * counts as if it were spread over 2000 runs; it is seen only where the device has not compiled the kernel before, so
 * tune before other programs are compiled. Only kernels that the adapter can run are tried. States and inputs are
 * the tuner's own, and zero. Whatever else the machine does meanwhile misleads it.
 *
 * @returns a table for `compile`'s option `tuning`; results with different tables differ in their last digits
 * @throws the signal's reason; ShaderError, UncapturedGpuError, DeviceLostError; LimitError when the program does not fit
 */
export async function tune(device: Device, graph: Graph, options: TuneOptions = {}): Promise<TuningTable> {
  const { known, budgetSeconds = BUDGET_SECONDS, signal, storage = 'f32', onProgress, onSite } = options;
  // Every round compiles the program again, most of whose kernels stay.
  using _pipelines = device.keepPipelines();
  const end = performance.now() + 1000 * budgetSeconds;
  const over = (): boolean => {
    signal?.throwIfAborted();
    return performance.now() >= end;
  };
  let at = { round: 0, rounds: 0 };
  const onKernel = (timed: number, total: number): void => onProgress?.({ ...at, timed, total });
  const choices = await searchChoices(new DeviceTrial(device, graph, { over, onKernel, storage }), {
    known: known ? choicesOf(known) : new Map(),
    over,
    ...(onSite && { onSite }),
    onRound: (round, rounds) => {
      at = { round, rounds };
    },
  });
  return { key: tuningKey(device.target), choices: Object.fromEntries(choices) };
}
