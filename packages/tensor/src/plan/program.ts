import type { Device, Readback } from '../device/device';
import { dispatchGrid } from '../device/dispatch';
import { DeviceError } from '../device/errors';
import { BYTES_PER_ELEMENT, storageBytes, type TypedArray, viewBytes } from '../ir/dtype';
import { type Graph, type ProgramArguments, type ProgramResult, type ProgramSpec, trace } from '../ir/program';
import { sizeOf } from '../ir/shape';
import type { Kernel } from '../wgsl/assemble';
import { PassClock, secondsEach } from './cost/clock';
import { InFlight } from './in-flight';
import { boundBytes, type Place } from './memory';
import { makePlan, type Plan, type PlanOptions } from './plan';
import { STATE_USAGE, Store } from './store';
import { choicesOf, type TuningTable } from './tune/table';

export interface CompileOptions extends PlanOptions {
  /** State shared with other programs; absent, the program makes its own from its spec. */
  readonly store?: Store;
  /** What its commands and its errors call it; `program` unless given. */
  readonly label?: string;
  /** Choices of kernels by `tune`. They are used as they are, on whatever adapter; the option `choices` goes before. */
  readonly tuning?: TuningTable;
  /** Told after each pipeline is ready. */
  readonly onProgress?: (ready: number, total: number) => void;
}

export interface KernelTime {
  readonly label: string;
  /** The kind of kernel and its sizes. */
  readonly form: string;
  readonly workgroups: number;
  readonly milliseconds: number;
  /** Of the first submission: drivers finish compiling at a pipeline's first dispatch. */
  readonly firstMilliseconds: number;
}

interface Command {
  readonly kernel: Kernel<Place>;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number, number];
}

/** Repeats of a kernel in one submission, when it is timed. */
const MOST_REPEATS = 2000;
/** Submissions of which the shortest counts. */
const ATTEMPTS = 3;

/** Outputs up to this many bytes come back with every run, so that reading a loss costs no submission of its own. */
const SMALL_OUTPUT = 16384;

/** Traces `build` and makes everything that running it needs. Later runs create no more than
 * what brings small outputs to the host while several runs are under way. */
export async function compile<const S extends ProgramSpec>(
  device: Device,
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
  options: CompileOptions = {},
): Promise<Program> {
  return compileGraph(device, trace(spec, build), options);
}

export async function compileGraph(device: Device, graph: Graph, options: CompileOptions = {}): Promise<Program> {
  const { tuning } = options;
  const choices = options.choices ?? (tuning && choicesOf(tuning));
  const plan = makePlan(graph, device.profile, { ...options, ...(choices && { choices }) });
  checkLimits(device, plan);
  const store = options.store ?? new Store(device, graph.spec.state ?? {});
  const memory = new ProgramMemory(device, graph, plan, store);
  const commands = await prepare(device, plan, memory, options);
  const { label = 'program' } = options;
  return new Program(label, device, graph, plan, store, memory, commands, options.store === undefined);
}

/** @throws LimitError naming the op and the tensor, before anything is created */
function checkLimits(device: Device, plan: Plan): void {
  for (const { label, bindings } of plan.kernels) {
    for (const { target } of bindings) {
      device.checkBinding(`${label} on ${target.buffer.replace(':', ' ')}`, boundBytes(target));
    }
  }
}

async function prepare(
  device: Device,
  plan: Plan,
  memory: ProgramMemory,
  { onProgress }: CompileOptions,
): Promise<Command[]> {
  let ready = 0;
  const pipelines = await Promise.all(
    plan.kernels.map(async ({ wgsl, label }) => {
      const pipeline = await device.pipeline(wgsl, label);
      onProgress?.(++ready, plan.kernels.length);
      return pipeline;
    }),
  );
  return plan.kernels.map((kernel, i) => {
    const entries = kernel.bindings.map(({ target }, binding) => ({ binding, resource: memory.resource(target) }));
    const pipeline = pipelines[i]!;
    return {
      kernel,
      pipeline,
      bindGroup: device.bindGroup(pipeline, entries, kernel.label),
      grid: dispatchGrid(kernel.workgroups, device.profile.limits.maxComputeWorkgroupsPerDimension),
    };
  });
}

/** The buffers of one program, by the names its plan uses. */
class ProgramMemory {
  private readonly own = new Map<string, GPUBuffer>();

  constructor(
    private readonly device: Device,
    graph: Graph,
    plan: Plan,
    private readonly store: Store,
  ) {
    const makeBytes = (name: string, size: number, label: string): GPUBuffer => {
      const buffer = device.createBuffer({ label, size, usage: STATE_USAGE });
      this.own.set(name, buffer);
      return buffer;
    };
    const make = (name: string, elements: number, label: string): GPUBuffer =>
      makeBytes(name, elements * BYTES_PER_ELEMENT, label);
    for (const [name, spec] of Object.entries(graph.spec.inputs ?? {})) {
      make(`input:${name}`, sizeOf(spec.shape), `input ${name}`);
    }
    plan.slots.forEach((size, i) => {
      makeBytes(`slot:${i}`, size, `temporary ${i}`);
    });
    plan.packs.forEach((size, i) => {
      make(`pack:${i}`, size, `flat vector ${i}`);
    });
    plan.data.forEach((data, i) => {
      device.write(make(`data:${i}`, data.length, `constant ${i}`), 0, data);
    });
    make('scalars', plan.scalars.length, 'scalars');
  }

  buffer(name: string): GPUBuffer {
    const found = this.own.get(name);
    return found ?? this.store.buffer(name.slice('state:'.length));
  }

  resource(at: Place): GPUBufferBinding {
    const whole = at.buffer === 'scalars';
    return {
      buffer: this.buffer(at.buffer),
      offset: at.offset * storageBytes(at.storage),
      ...(!whole && { size: boundBytes(at) }),
    };
  }

  destroy(): void {
    for (const buffer of this.own.values()) this.device.destroyBuffer(buffer);
    this.own.clear();
  }
}

/** A compiled program: a fixed list of dispatches over fixed buffers, replayed by every run. */
export class Program implements Disposable {
  private readonly scalars: Float32Array<ArrayBuffer>;
  /** Small outputs of the latest run, on their way. */
  private readonly latest = new Map<string, Promise<ArrayBuffer>>();
  private readonly inFlight = new InFlight();
  private destroyed = false;

  constructor(
    readonly label: string,
    readonly device: Device,
    readonly graph: Graph,
    readonly plan: Plan,
    /** The persistent tensors that runs read and write. */
    readonly state: Store,
    private readonly memory: ProgramMemory,
    private readonly commands: readonly Command[],
    private readonly ownsStore: boolean,
  ) {
    this.scalars = new Float32Array(plan.scalars.length);
  }

  /**
   * Writes inputs and scalars and submits one run. Resolves when no run or, if runs are short, only some milliseconds of
   * them are under way before it, so a loop that awaits it keeps the device busy without running far ahead.
   */
  async run(
    inputs: Readonly<Record<string, TypedArray>> = {},
    scalars: Readonly<Record<string, number>> = {},
  ): Promise<void> {
    this.check();
    this.writeInputs(inputs);
    this.writeScalars(scalars);
    const encoder = this.device.encoder(this.label);
    this.encode(encoder, this.commands);
    for (const { from, to } of this.plan.copies) {
      encoder.copyBufferToBuffer(
        this.memory.buffer(from.buffer),
        from.offset * BYTES_PER_ELEMENT,
        this.memory.buffer(to.buffer),
        to.offset * BYTES_PER_ELEMENT,
        to.size * BYTES_PER_ELEMENT,
      );
    }
    const copies = this.smallOutputs().map(([name, place]) => ({ name, readback: this.copyOut(encoder, place) }));
    this.device.submit([encoder.finish()], this.commands.length);
    for (const { name, readback } of copies) {
      const bytes = readback.bytes();
      // Whoever reads the output sees the failure; a run whose outputs nobody reads fails at the next call instead.
      bytes.catch(() => undefined);
      this.latest.set(name, bytes);
    }
    await this.inFlight.add(this.device.idle());
  }

  /** The value of an output after the latest run. Small outputs are copied out within the run itself. */
  async read(name: string): Promise<TypedArray> {
    const found = this.plan.outputs[name];
    if (!found)
      throw new RangeError(`output '${name}' does not exist (outputs: ${Object.keys(this.plan.outputs).join(', ')})`);
    this.check();
    const early = this.latest.get(name);
    if (early) return viewBytes(found.dtype, (await early).slice(0));
    const bytes = await this.device.read(
      this.memory.buffer(found.buffer),
      found.offset * BYTES_PER_ELEMENT,
      found.size * BYTES_PER_ELEMENT,
    );
    return viewBytes(found.dtype, bytes);
  }

  /** Bytes of temporary, constant and input buffers; the store is not counted. */
  get bytes(): number {
    const { slots, packs, data } = this.plan;
    const inputs = Object.values(this.graph.spec.inputs ?? {}).map((s) => sizeOf(s.shape));
    const total = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0);
    return total(slots) + BYTES_PER_ELEMENT * total([...packs, ...data.map((d) => d.length), ...inputs]);
  }

  /**
   * Milliseconds of each kernel, in the order in which they run. Each is repeated in a submission of its own until that
   * takes `atLeast` milliseconds, so that the fence around it, which is not subtracted, is a small part; the shortest of
   * three such submissions counts. Wall time; on a GPU with sound timestamps theirs. States take whatever the repeats
   * leave in them.
   *
   * @param options.kernels indices in the plan of those to time; absent, all
   */
  async profile(
    options: { readonly atLeast?: number; readonly kernels?: readonly number[] } = {},
  ): Promise<KernelTime[]> {
    this.check();
    const { atLeast = 10, kernels } = options;
    using clock = new PassClock(this.device);
    const pace = { atLeastSeconds: atLeast / 1000, mostRepeats: MOST_REPEATS, attempts: ATTEMPTS };
    const times: KernelTime[] = [];
    for (const index of kernels ?? this.commands.keys()) {
      const command = this.commands[index];
      if (!command) throw new RangeError(`kernel ${index} of a plan of ${this.commands.length}`);
      const { label, form, workgroups } = command.kernel;
      const encode = (pass: GPUComputePassEncoder, repeats: number): void =>
        this.dispatch(pass, new Array<Command>(repeats).fill(command));
      let first: number | undefined;
      const measure = async (repeats: number): Promise<number> => {
        const seconds = await clock.seconds(label, encode, repeats);
        first ??= seconds;
        return seconds;
      };
      const milliseconds = 1000 * (await secondsEach(measure, pace));
      times.push({ label, form, workgroups, milliseconds, firstMilliseconds: 1000 * first! });
    }
    return times;
  }

  /** Frees its buffers, and its state unless that is shared. Later calls throw. */
  destroy(): void {
    this.destroyed = true;
    this.memory.destroy();
    if (this.ownsStore) this.state.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private check(): void {
    this.device.check();
    if (this.destroyed) throw new DeviceError(`${this.label}: used after it was destroyed`);
  }

  private smallOutputs(): [string, Place][] {
    return Object.entries(this.plan.outputs).filter(([, { size }]) => size * BYTES_PER_ELEMENT <= SMALL_OUTPUT);
  }

  private copyOut(encoder: GPUCommandEncoder, { buffer, offset, size }: Place): Readback {
    const source = this.memory.buffer(buffer);
    return this.device.readback(encoder, source, offset * BYTES_PER_ELEMENT, size * BYTES_PER_ELEMENT);
  }

  private encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
    const pass = encoder.beginComputePass();
    this.dispatch(pass, commands);
    pass.end();
  }

  private dispatch(pass: GPUComputePassEncoder, commands: readonly Command[]): void {
    let current: GPUComputePipeline | undefined;
    for (const { pipeline, bindGroup, grid } of commands) {
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...grid);
    }
  }

  private writeInputs(inputs: Readonly<Record<string, TypedArray>>): void {
    for (const [name, spec] of Object.entries(this.graph.spec.inputs ?? {})) {
      const data = inputs[name];
      const size = sizeOf(spec.shape);
      if (!data || data.length !== size) {
        throw new RangeError(
          `input '${name}' takes ${size} ${spec.dtype} elements, got ${data ? data.length : 'nothing'}`,
        );
      }
      if (data instanceof Float32Array !== (spec.dtype === 'f32')) {
        throw new TypeError(`input '${name}' is ${spec.dtype}, got a ${data.constructor.name}`);
      }
      this.device.write(this.memory.buffer(`input:${name}`), 0, data);
    }
  }

  private writeScalars(scalars: Readonly<Record<string, number>>): void {
    this.plan.scalars.forEach((name, i) => {
      const value = scalars[name];
      if (value === undefined) throw new RangeError(`scalar '${name}' was not given a value`);
      this.scalars[i] = value;
    });
    if (this.scalars.length > 0) this.device.write(this.memory.buffer('scalars'), 0, this.scalars);
  }
}
