import type { Program } from '../backend';
import { type TypedArray, typedArray } from '../ir/dtype';
import type { Graph } from '../ir/program';
import { type Inputs, Running, type Scalars } from '../plan/running';
import { interpret, type OracleOptions } from './interpret';
import type { OracleOwner, OracleStore } from './store';

export interface OracleProgramSetup {
  readonly label: string;
  readonly graph: Graph;
  readonly store: OracleStore;
  readonly ownsStore: boolean;
  readonly options: OracleOptions;
}

/** Milliseconds after which a run lets others have the thread: timers, signals, a page. */
const TURN = 20;

/** A graph that is interpreted at every run. */
export class OracleProgram implements Program {
  readonly label: string;
  readonly graph: Graph;
  readonly state: OracleStore;
  private outputs: Readonly<Record<string, Float64Array>> = {};
  private readonly running: Running;
  private rested = performance.now();

  constructor(
    private readonly owner: OracleOwner,
    private readonly setup: OracleProgramSetup,
  ) {
    this.label = setup.label;
    this.graph = setup.graph;
    this.state = setup.store;
    this.running = new Running(this.label, this.graph);
  }

  /** Of the outputs of the latest run. */
  get bytes(): number {
    return Object.values(this.outputs).reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  async run(inputs: Inputs = {}, scalars: Scalars = {}): Promise<void> {
    this.owner.check();
    this.running.checkRun(inputs, scalars);
    const names = Object.keys(this.graph.spec.state ?? {});
    const state = Object.fromEntries(names.map((name) => [name, this.state.values(name)]));
    const found = interpret(this.graph, { inputs, scalars, state }, this.setup.options);
    for (const [name, values] of Object.entries(found.state)) this.state.values(name).set(values);
    this.keep(found.outputs);
    if (performance.now() - this.rested < TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.rested = performance.now();
  }

  async read(name: string): Promise<TypedArray> {
    this.owner.check();
    this.running.checkOutput(name);
    const { dtype, size } = this.graph.outputs[name]!;
    const read = typedArray(dtype, size);
    const found = this.outputs[name];
    if (found) read.set(found);
    return read;
  }

  destroy(): void {
    this.running.end();
    this.keep({});
    if (this.setup.ownsStore) this.state.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private keep(outputs: Readonly<Record<string, Float64Array>>): void {
    const before = this.bytes;
    this.outputs = outputs;
    this.owner.count(this.bytes - before);
  }
}
