/** Bytes of a pipeline, about, as measured on lavapipe. */
const WEIGHT = 2 ** 19;

interface Entry {
  readonly wgsl: string;
  readonly made: Promise<GPUComputePipeline>;
  /** Holders that have not let go. */
  uses: number;
}

/**
 * Compute pipelines by their source, each kept as long as somebody holds it. WebGPU has no call that frees a pipeline:
 * it goes when nothing refers to it any more, so holders drop their references when they let go.
 */
export class PipelineCache {
  readonly #entries = new Map<string, Entry>();
  readonly #entryOf = new WeakMap<GPUComputePipeline, Entry>();
  /** Memory that is never touched, alive as long as the pipeline's object: by it the collector sees what objects weigh. */
  readonly #weights = new WeakMap<GPUComputePipeline, ArrayBuffer>();
  /** Calls of `keep` that are not over. */
  #keepers = 0;

  /** @param compile makes the pipeline of a source that is not here */
  constructor(private readonly compile: (wgsl: string, label: string) => Promise<GPUComputePipeline>) {}

  /** Pipelines that are there, those being compiled included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The pipeline of a source, until `release`. */
  acquire(wgsl: string, label: string): Promise<GPUComputePipeline> {
    const entry = this.#entries.get(wgsl) ?? this.#make(wgsl, label);
    entry.uses += 1;
    return entry.made;
  }

  release(pipeline: GPUComputePipeline): void {
    const entry = this.#entryOf.get(pipeline);
    if (!entry || entry.uses === 0) return;
    entry.uses -= 1;
    this.#drop(entry);
  }

  /** Until it is disposed of, pipelines that nobody holds stay as well. */
  keep(): Disposable {
    this.#keepers += 1;
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        this.#keepers -= 1;
        for (const entry of this.#entries.values()) this.#drop(entry);
      },
    };
  }

  clear(): void {
    this.#entries.clear();
  }

  #make(wgsl: string, label: string): Entry {
    const entry: Entry = { wgsl, made: this.compile(wgsl, label), uses: 0 };
    this.#entries.set(wgsl, entry);
    entry.made.then(
      (pipeline) => {
        this.#entryOf.set(pipeline, entry);
        this.#weights.set(pipeline, new ArrayBuffer(WEIGHT));
      },
      () => this.#forget(entry),
    );
    return entry;
  }

  #drop(entry: Entry): void {
    if (entry.uses === 0 && this.#keepers === 0) this.#forget(entry);
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.wgsl) === entry) this.#entries.delete(entry.wgsl);
  }
}
