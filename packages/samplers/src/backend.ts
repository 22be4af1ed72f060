import {
  compileGraph,
  type Device,
  type Graph,
  interpret,
  type OracleOptions,
  type TuningTable,
  type TypedArray,
} from '@noisesmith/tensor';

/** A graph made ready to run again and again, with its state kept between runs. */
export interface StepRunner {
  write(state: string, data: Float32Array): void;
  run(inputs: Readonly<Record<string, TypedArray>>, scalars: Readonly<Record<string, number>>): Promise<void>;
  /** An output, or a state, after the latest run. */
  read(name: string): Promise<Float32Array>;
  destroy(): void;
}

/** What runs graphs. */
export type Backend = (graph: Graph) => Promise<StepRunner>;

/** Compiles graphs for a GPU, with the kernels that `tuning` chooses; without it those that come with the engine. */
export const onDevice =
  (device: Device, tuning?: TuningTable): Backend =>
  async (graph) => {
    const program = await compileGraph(device, graph, { label: 'sampling step', ...(tuning && { tuning }) });
    return {
      write: (state, data) => program.state.write(state, data),
      run: (inputs, scalars) => program.run(inputs, scalars),
      read: async (name) =>
        (await (name in graph.outputs ? program.read(name) : program.state.read(name))) as Float32Array,
      destroy: () => program.destroy(),
    };
  };

/** Interprets graphs on the CPU: slow, in double precision unless told otherwise. A reference, for small networks. */
export const onOracle =
  (options: OracleOptions = {}): Backend =>
  async (graph) => {
    const state: Record<string, Float64Array> = {};
    let outputs: Record<string, Float64Array> = {};
    return {
      write(name, data) {
        state[name] = Float64Array.from(data);
      },
      async run(inputs, scalars) {
        const result = interpret(graph, { inputs, state, scalars }, options);
        Object.assign(state, result.state);
        outputs = result.outputs;
      },
      async read(name) {
        const found = outputs[name] ?? state[name];
        if (!found) throw new RangeError(`'${name}' is neither an output nor a state`);
        return Float32Array.from(found);
      },
      destroy() {},
    };
  };
