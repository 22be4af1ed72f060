import type { BackendChoice, OpenedBackend, TuningStore } from '@noisesmith/tensor';
import type { Host } from './machine/host';

/** The world outside a command. Tests hand in their own. */
export interface Context {
  /** Results, to standard output. */
  out(text: string): void;
  /** Progress, warnings and errors, to standard error. */
  err(text: string): void;
  /** Width of the terminal that standard error is; absent when it is none. */
  readonly columns?: number | undefined;
  /** The machine, for what is said about its GPUs and drivers. */
  readonly host: Host;
  openBackend(prefer: BackendChoice): Promise<OpenedBackend>;
  /** Tables of kernels that `tune` measured. `onWarning` is told in one line what could not be read or written. */
  openTuningStore(onWarning: (line: string) => void): TuningStore;
  /** From the first call on Ctrl-C, SIGTERM and SIGHUP abort this signal instead of ending the process. */
  interruptSignal(): AbortSignal;
}
