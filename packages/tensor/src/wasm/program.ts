import type { CompileOptions, Program, Store } from '../backend';
import { BYTES_PER_ELEMENT, type TypedArray } from '../ir/dtype';
import type { Graph } from '../ir/program';
import { type KernelTime, type ProfileOptions, timeKernels } from '../plan/cost/kernel-time';
import { InFlight } from '../plan/in-flight';
import { type BufferName, boundBytes } from '../plan/memory';
import { makePlan, type Plan, type PlanOptions } from '../plan/plan';
import { type Inputs, Running, type Scalars } from '../plan/running';
import { checkStates } from '../plan/state-spec';
import { choicesOf } from '../plan/tune/table';
import { keyOf, moduleOfKernels, putKernel, type WasmCode } from './code';
import { repeatedCall } from './cost/repeated-call';
import { KeptLayouts } from './kept-layouts';
import type { WasmOwner } from './owner';
import { ProgramMemory } from './program-memory';
import { sideBySide } from './side-by-side';
import { WasmStore, wasmStore } from './store';
import type { KernelCall, ThreadProgram } from './threads/threads';

export type WasmPlan = Plan<WasmCode>;

/** Options of a program: those of every backend, and what tests ask of the plan. */
export interface WasmCompileOptions extends CompileOptions, PlanOptions {}

/** Repeats of a kernel in one run, when it is timed. */
const MOST_REPEATS = 200;
/** Outputs up to this many bytes are copied with every run, so that reading a loss does not wait for later runs. */
const SMALL_OUTPUT = 16384;

export async function compileWasm(
  owner: WasmOwner,
  graph: Graph,
  options: WasmCompileOptions = {},
): Promise<WasmProgram> {
  owner.check();
  const { label = 'program', tuning } = options;
  const choices = options.choices ?? (tuning && choicesOf(tuning));
  const plan = makePlan(graph, owner.target, { ...options, ...(choices && { choices }) });
  const store = storeOf(owner, graph, options.store);
  const ownsStore = options.store === undefined;
  const memory = new ProgramMemory(owner, store);
  try {
    memory.make(graph, plan);
    const { module, calls } = assemble(owner, plan, memory);
    const compiled = await WebAssembly.compile(module);
    owner.check();
    const threads = await owner.threadsDone(owner.threads.add(compiled, calls));
    options.onProgress?.(calls.length, calls.length);
    const fetched = options.fetch ?? smallOutputs(plan);
    return new WasmProgram({
      label,
      owner,
      graph,
      plan,
      store,
      ownsStore,
      memory,
      module: compiled,
      calls,
      threads,
      fetched,
    });
  } catch (error) {
    memory.destroy();
    if (ownsStore) store.destroy();
    throw error;
  }
}

function storeOf(owner: WasmOwner, graph: Graph, given: Store | undefined): WasmStore {
  const spec = graph.spec.state ?? {};
  if (!given) return WasmStore.open(owner, spec);
  checkStates(spec, given);
  return wasmStore(owner, given);
}

const smallOutputs = ({ outputs }: WasmPlan): string[] =>
  Object.keys(outputs).filter((name) => outputs[name]!.size * BYTES_PER_ELEMENT <= SMALL_OUTPUT);

/** The module of a plan's kernels, equal ones written once, and their calls. */
function assemble(
  owner: WasmOwner,
  { kernels }: WasmPlan,
  memory: ProgramMemory,
): { module: Uint8Array<ArrayBuffer>; calls: KernelCall[] } {
  const module = moduleOfKernels(owner.heap.shared);
  const names = new Map<string, string>();
  const beside = sideBySide(
    kernels.map(({ operands }) =>
      operands.map(({ place, writable }) => ({ address: memory.address(place), bytes: boundBytes(place), writable })),
    ),
  );
  const calls = kernels.map(({ code, form, operands, items }, i): KernelCall => {
    const key = keyOf(code);
    let name = names.get(key);
    if (name === undefined) {
      name = `${names.size} ${form}`;
      names.set(key, name);
      module.export({ ...putKernel(module, code), name });
    }
    const args = operands.map(({ place }) => memory.address(place));
    return { name, items, grain: code.grain, args, beside: beside[i]! };
  });
  return { module: module.bytes(), calls };
}

interface ProgramSetup {
  readonly label: string;
  readonly owner: WasmOwner;
  readonly graph: Graph;
  readonly plan: WasmPlan;
  readonly store: WasmStore;
  readonly ownsStore: boolean;
  readonly memory: ProgramMemory;
  readonly module: WebAssembly.Module;
  readonly calls: readonly KernelCall[];
  readonly threads: ThreadProgram;
  readonly fetched: readonly string[];
}

/** A compiled program: a fixed list of kernels over fixed memory, run again and again. */
export class WasmProgram implements Program {
  readonly label: string;
  readonly graph: Graph;
  readonly plan: WasmPlan;
  /** The persistent tensors that runs read and write. */
  readonly state: WasmStore;
  private readonly owner: WasmOwner;
  /** Small outputs of the latest run, on their way. */
  private readonly latest = new Map<string, Promise<TypedArray>>();
  private readonly inFlight = new InFlight();
  private readonly running: Running;
  /** Copies that end a run: addresses and bytes. */
  private readonly copies: readonly (readonly [from: number, to: number, bytes: number])[];
  private readonly layouts: KeptLayouts;

  constructor(private readonly setup: ProgramSetup) {
    const { label, graph, plan, store, owner, memory } = setup;
    this.label = label;
    this.graph = graph;
    this.plan = plan;
    this.state = store;
    this.owner = owner;
    this.running = new Running(label, graph);
    this.copies = plan.copies.map(({ from, to }) => [
      memory.address(from),
      memory.address(to),
      to.size * BYTES_PER_ELEMENT,
    ]);
    this.layouts = new KeptLayouts(plan, store);
  }

  async run(inputs: Inputs = {}, scalars: Scalars = {}): Promise<void> {
    this.check();
    this.running.checkRun(inputs, scalars);
    const { owner, setup, latest } = this;
    for (const name of Object.keys(this.graph.spec.inputs ?? {})) this.give({ kind: 'input', name }, inputs[name]!);
    const values = Float32Array.from(this.plan.scalars, (name) => scalars[name]!);
    if (values.length > 0) this.give({ kind: 'scalars' }, values);
    const first = this.layouts.firstKernel();
    this.wrote();
    const done = owner.order.addRun(() => {
      owner.check();
      return owner.threadsDone(setup.threads.run(first));
    });
    if (this.copies.length > 0) {
      owner.order.soon(() => {
        owner.check();
        for (const [from, to, bytes] of this.copies) owner.heap.copy(from, to, bytes);
      });
    }
    for (const name of setup.fetched) {
      const value = this.copyOut(name);
      // Whoever reads the output sees the failure; a run whose outputs nobody reads fails at the next call instead.
      value.catch(() => undefined);
      latest.set(name, value);
    }
    await this.inFlight.add(done);
  }

  /** The value of an output after the latest run; those fetched were copied with the run itself. */
  async read(name: string): Promise<TypedArray> {
    this.check();
    this.running.checkOutput(name);
    const early = this.latest.get(name);
    return early ? (await early).slice() : this.copyOut(name);
  }

  /**
   * Milliseconds of each kernel, in the order in which they run. Each is repeated by itself until that takes `atLeast`
   * milliseconds, so that the message at the end is a small part; the shortest of three measurements counts. States take
   * whatever the repeats leave in them.
   */
  async profile(options: ProfileOptions = {}): Promise<KernelTime[]> {
    this.check();
    const { calls, module } = this.setup;
    return await timeKernels(calls.length, options, MOST_REPEATS, async (index) => {
      const { label, form, items } = this.plan.kernels[index]!;
      const repeated = await repeatedCall(this.owner, module, calls[index]!, MOST_REPEATS);
      const measure = (repeats: number): Promise<number> => {
        this.wrote();
        return repeated.measure(repeats);
      };
      return { label, form, items, ...repeated, measure };
    });
  }

  /** Bytes of its memory; the store is not counted. */
  get bytes(): number {
    return this.setup.memory.bytes;
  }

  destroy(): void {
    this.running.end();
    this.latest.clear();
    const { threads, memory } = this.setup;
    // What is under way goes on to its end.
    this.owner.order.soon(() => threads.destroy());
    memory.destroy();
    if (this.setup.ownsStore) this.state.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private check(): void {
    this.owner.check();
    this.running.check();
    for (const name of Object.keys(this.graph.spec.state ?? {})) this.state.address(name);
  }

  /** Counts writes to the states that the program assigns. */
  private wrote(): void {
    for (const name of Object.keys(this.graph.assigns)) this.state.wrote(name);
  }

  /** Writes what the next run is given, when the runs before it are done. */
  private give(buffer: BufferName, data: TypedArray): void {
    const { order, heap } = this.owner;
    const at = this.setup.memory.address({ buffer, offset: 0 });
    const held = order.idle ? data : data.slice();
    order.soon(() => heap.write(at, held));
  }

  private copyOut(name: string): Promise<TypedArray> {
    const { buffer, offset, dtype, size } = this.plan.outputs[name]!;
    const at = this.setup.memory.address({ buffer, offset });
    return this.owner.order.add(() => {
      this.owner.check();
      return this.owner.heap.read(dtype, at, size);
    });
  }
}
