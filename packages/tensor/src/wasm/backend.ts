import type { Backend, Store } from '../backend';
import { DeviceLostError, type LossReason } from '../errors';
import type { Graph } from '../ir/program';
import type { StoreSpec } from '../plan/state-spec';
import type { Profile } from '../profile';
import { type Block, Heap } from './heap';
import { Order } from './order';
import type { WasmOwner } from './owner';
import { compileWasm, type WasmCompileOptions, type WasmProgram } from './program';
import { WasmStore } from './store';
import type { WasmTarget } from './target';
import type { Threads } from './threads/threads';

/** The CPU as a backend: kernels are WebAssembly with vectors of 128 bits, on some threads over one memory. */
export class Wasm implements Backend<WasmProgram, WasmCompileOptions>, WasmOwner {
  readonly kind = 'wasm';
  readonly lost: Promise<DeviceLostError>;
  readonly order = new Order();
  private bytes = 0;
  private end: DeviceLostError | undefined;
  private resolveLost!: (error: DeviceLostError) => void;

  /** See `openWasm`. */
  constructor(
    readonly label: string,
    readonly target: WasmTarget,
    public heap: Heap,
    readonly threads: Threads,
  ) {
    this.lost = new Promise((resolve) => {
      this.resolveLost = resolve;
    });
  }

  get profile(): Profile {
    return this.target.profile;
  }

  get liveBytes(): number {
    return this.bytes;
  }

  openStore(spec: StoreSpec, shared?: Store): WasmStore {
    return WasmStore.open(this, spec, shared);
  }

  /**
   * Takes the memory, writes a module of all kernels and compiles it. Later runs create nothing but copies of outputs.
   *
   * @throws LimitError naming what there is no memory for
   */
  compile(graph: Graph, options?: WasmCompileOptions): Promise<WasmProgram> {
    return compileWasm(this, graph, options);
  }

  async idle(): Promise<void> {
    this.check();
    await this.order.add(() => this.check());
  }

  destroy(): void {
    this.finish('destroyed', 'the backend was destroyed by this program');
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  check(): void {
    if (this.end) throw this.end;
  }

  take(bytes: number, label: string): Block {
    const block = this.heap.take(bytes, label);
    this.bytes += bytes;
    return block;
  }

  free(block: Block): void {
    if (this.end) return;
    this.bytes -= block.bytes;
    const { heap } = this;
    this.order.soon(() => heap.free(block));
  }

  async threadsDone<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.finish('lost', (error as Error).message);
    }
  }

  private finish(reason: LossReason, message: string): DeviceLostError {
    if (this.end) return this.end;
    this.end = new DeviceLostError(reason, `${this.label}: ${message}`);
    this.bytes = 0;
    this.threads.destroy();
    // Whoever still holds a store or a program does not hold the memory.
    this.heap = new Heap(false, 1);
    this.resolveLost(this.end);
    return this.end;
  }
}
