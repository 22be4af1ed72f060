import { constants } from 'node:os';
import { exitCodes } from './errors';

/** Signals that ask the work to end. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Copies of a signal this close are one request: a terminal signals the whole group, and npm and timeout(1) pass it on. */
const SAME_REQUEST_MS = 500;

/** Parts of `process` that an interruption touches. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/** The exit code by which a shell knows the signal: 128 and its number (POSIX.1-2017, XCU 2.8.2). */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/**
 * Requests from outside to end the work in good order: a signal, or the loss of whoever reads what is printed. The first
 * aborts `signal`; one more Ctrl-C or SIGTERM ends the process at once. SIGHUP never does: a terminal that goes away
 * sends it more than once.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private listening = false;
  private requested = Number.NEGATIVE_INFINITY;

  /** What the process ends with when the work was interrupted. */
  exitCode: number = exitCodes.interrupted;

  constructor(
    private readonly source: SignalSource,
    /** Told that the work now ends. */
    private readonly onRequest: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** From the first call on signals abort what is returned instead of ending the process. */
  listen(): AbortSignal {
    if (!this.listening) for (const name of endingSignals) this.source.on(name, (signal) => this.receive(signal));
    this.listening = true;
    return this.controller.signal;
  }

  /** Ends the work as a signal does. */
  request(exitCode: number = exitCodes.interrupted): void {
    if (this.controller.signal.aborted) return;
    this.requested = this.now();
    this.exitCode = exitCode;
    this.controller.abort();
  }

  private receive(signal: NodeJS.Signals): void {
    if (!this.controller.signal.aborted) {
      this.onRequest();
      this.request(exitCodeOf(signal));
    } else if (signal !== 'SIGHUP' && this.now() - this.requested > SAME_REQUEST_MS) {
      this.source.exit(exitCodeOf(signal));
    }
  }
}
