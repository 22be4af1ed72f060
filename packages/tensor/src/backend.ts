import type { DeviceLostError } from './errors';
import type { TypedArray } from './ir/dtype';
import {
  type Graph,
  type ProgramArguments,
  type ProgramResult,
  type ProgramSpec,
  type StateSpec,
  trace,
} from './ir/program';
import type { Target } from './plan/target';
import type { TemporaryStorage } from './plan/tune/site';
import type { TuningTable } from './plan/tune/table';
import type { Profile } from './profile';

/**
 * What runs graphs: a device of `openDevice`, or `openOracle()`. Whatever stands on the engine takes a Backend, unless it
 * measures kernels or looks at them: that is said by taking a `Device`.
 *
 * @typeParam P its programs
 * @typeParam O the options that it compiles with
 */
export interface Backend<P extends Program = Program, O extends CompileOptions = CompileOptions> extends Disposable {
  readonly kind: 'webgpu' | 'wasm' | 'oracle';
  readonly profile: Profile;
  /** What plans for it may rely on, and what writes their kernels. */
  readonly target: Target;
  /** Resolves when it ends; `reason` tells loss ('lost') from `destroy` ('destroyed'). Never rejects. */
  readonly lost: Promise<DeviceLostError>;
  /** Bytes that its stores and programs hold. */
  readonly liveBytes: number;
  /**
   * Persistent tensors, zero at first.
   *
   * @param shared a store some of whose names are in `spec`: these are its memory, under the same name
   * @throws LimitError naming the state; RangeError when a shared state has another size or type
   */
  openStore(spec: Readonly<Record<string, StateSpec>>, shared?: Store): Store;
  /** Makes everything that running `graph` needs. */
  compile(graph: Graph, options?: O): Promise<P>;
  /** Resolves when everything submitted is done. */
  idle(): Promise<void>;
  /** Frees everything and ends it; everything pending rejects with DeviceLostError. May be called again. */
  destroy(): void;
}

export interface CompileOptions {
  /** Holds the program's states, to be shared with others; absent, the program makes its own from its spec. */
  readonly store?: Store;
  /** What its commands and its errors call it; `program` unless given. */
  readonly label?: string;
  /** How the values of the forward pass are kept, see `PlanOptions`; 'f32' unless given. */
  readonly storage?: TemporaryStorage;
  /** Choices of kernels by `tune`. They are used as they are, on whatever adapter; what has no such kernels passes them over. */
  readonly tuning?: TuningTable;
  /**
   * Outputs that every run brings to the host, so that reading them costs no submission of its own; the others are copied
   * when they are read. Those up to 16 KiB unless given.
   */
  readonly fetch?: readonly string[];
  /** Told after each kernel is ready. */
  readonly onProgress?: (ready: number, total: number) => void;
}

/** Persistent tensors of a backend, by name. Several programs may share one store. */
export interface Store extends Disposable {
  readonly spec: Readonly<Record<string, StateSpec>>;
  /**
   * Sets the elements of `name` from `from` on; all of them where `from` is not given.
   *
   * @throws RangeError naming the state
   */
  write(name: string, data: TypedArray, from?: number): void;
  /** As `write`, a part at a time, so that the copy on its way stays small; resolves when all of it has arrived. */
  load(name: string, data: TypedArray, from?: number): Promise<void>;
  /** `count` elements of `name` from `from` on, as every run submitted before leaves them; all of them unless given. */
  read(name: string, from?: number, count?: number): Promise<TypedArray>;
  /**
   * The same memory under other names: with `{ params: 'ema' }` a program with the state `params` runs over what is `ema`
   * here. Holds the names given and no others, and lives no longer than this store.
   */
  alias(names: Readonly<Record<string, string>>): Store;
  /** Frees the memory, unless it is another store's. Later calls throw. */
  destroy(): void;
}

/** A graph made ready to run again and again. */
export interface Program extends Disposable {
  readonly label: string;
  readonly graph: Graph;
  /** The persistent tensors that runs read and write. */
  readonly state: Store;
  /** Bytes it holds beside its states. */
  readonly bytes: number;
  /**
   * One run on these inputs and scalars; all that the spec declares are to be given. Resolves when the next may follow: a
   * loop that awaits it keeps the backend busy without running far ahead.
   *
   * @throws RangeError naming the input or scalar; DeviceLostError
   */
  run(inputs?: Readonly<Record<string, TypedArray>>, scalars?: Readonly<Record<string, number>>): Promise<void>;
  /** The value of an output after the latest run. */
  read(output: string): Promise<TypedArray>;
  /** Frees what it holds, and its state unless that is shared. Later calls throw. */
  destroy(): void;
}

/**
 * Traces `build` and makes everything that running it needs. Of a backend whose kind is known the program is of that kind
 * too; of one that `openBackend` chose it is a `Program`.
 */
export function compile<P extends Program, O extends CompileOptions, const S extends ProgramSpec>(
  backend: Backend<P, O>,
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
  options?: NoInfer<O>,
): Promise<P>;
export function compile<const S extends ProgramSpec>(
  backend: Backend,
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
  options?: CompileOptions,
): Promise<Program>;
export async function compile<const S extends ProgramSpec>(
  backend: Backend,
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
  options?: CompileOptions,
): Promise<Program> {
  return backend.compile(trace(spec, build), options);
}

/** `backend.compile` as a function. */
export function compileGraph<P extends Program, O extends CompileOptions>(
  backend: Backend<P, O>,
  graph: Graph,
  options?: NoInfer<O>,
): Promise<P>;
export function compileGraph(backend: Backend, graph: Graph, options?: CompileOptions): Promise<Program>;
export function compileGraph(backend: Backend, graph: Graph, options?: CompileOptions): Promise<Program> {
  return backend.compile(graph, options);
}
