import type { Backend, CompileOptions, Store } from '../backend';
import { DeviceLostError, type LossReason } from '../errors';
import type { Graph } from '../ir/program';
import { makePlan } from '../plan/plan';
import { checkStates, type StoreSpec } from '../plan/state-spec';
import type { Target } from '../plan/target';
import type { Profile } from '../profile';
import { OracleProgram } from './program';
import { type OracleOwner, OracleStore, oracleStore } from './store';
import { oracleTarget } from './target';

export interface OpenOracleOptions {
  /** 'f64' is the truth; 'f32' rounds after every operation. 'f64' unless given. */
  readonly precision?: 'f64' | 'f32';
  /** Names it in errors; `oracle` unless given. */
  readonly label?: string;
}

/**
 * The oracle as a backend: slow, and for networks of a few thousand weights. It computes from the meaning of each node
 * alone, keeps states in double precision and hands them out as what they are declared to be. Programs with storage 'f16'
 * round the values that a plan for it keeps so.
 */
export class Oracle implements Backend<OracleProgram>, OracleOwner {
  readonly kind = 'oracle';
  readonly label: string;
  readonly profile: Profile;
  readonly target: Target<never>;
  readonly lost: Promise<DeviceLostError>;
  private readonly precision: 'f64' | 'f32';
  private bytes = 0;
  private end: DeviceLostError | undefined;
  private resolveLost!: (error: DeviceLostError) => void;

  constructor({ label = 'oracle', precision = 'f64' }: OpenOracleOptions) {
    this.label = label;
    this.precision = precision;
    const digits = precision === 'f64' ? 'double' : 'single';
    const description = `oracle, ${digits} precision on the CPU`;
    this.profile = { vendor: '', architecture: '', device: '', description, software: true, halves: true };
    this.target = oracleTarget(this.profile);
    this.lost = new Promise((resolve) => {
      this.resolveLost = resolve;
    });
  }

  get liveBytes(): number {
    return this.bytes;
  }

  openStore(spec: StoreSpec, shared?: Store): OracleStore {
    return OracleStore.open(this, spec, shared);
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<OracleProgram> {
    const { label = 'program', storage = 'f32', store } = options;
    this.check();
    const spec = graph.spec.state ?? {};
    if (store) checkStates(spec, store);
    const { precision } = this;
    return new OracleProgram(this, {
      label,
      graph,
      store: store ? oracleStore(this, store) : this.openStore(spec),
      ownsStore: store === undefined,
      options: storage === 'f16' ? { precision, half: makePlan(graph, this.target, { storage }).half } : { precision },
    });
  }

  async idle(): Promise<void> {
    this.check();
  }

  /** Ends it as a driver may end a device: every later call throws. For tests of what comes after. */
  lose(): void {
    this.finish('lost', `${this.label}: the oracle was lost`);
  }

  destroy(): void {
    this.finish('destroyed', `${this.label}: the oracle was destroyed by this program`);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  check(): void {
    if (this.end) throw this.end;
  }

  count(bytes: number): void {
    if (!this.end) this.bytes += bytes;
  }

  private finish(reason: LossReason, message: string): void {
    if (this.end) return;
    this.end = new DeviceLostError(reason, message);
    this.bytes = 0;
    this.resolveLost(this.end);
  }
}

/** See {@link Oracle}. Unlike a device it needs nothing and is there at once. */
export const openOracle = (options: OpenOracleOptions = {}): Oracle => new Oracle(options);
