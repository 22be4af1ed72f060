import type { CompileOptions, Program, Store } from '../backend';
import { BYTES_PER_ELEMENT, storageBytes, type TypedArray, viewBytes } from '../ir/dtype';
import type { Graph } from '../ir/program';
import { sizeOf } from '../ir/shape';
import { type KernelTime, type ProfileOptions, timeKernels } from '../plan/cost/kernel-time';
import { InFlight } from '../plan/in-flight';
import type { Kernel } from '../plan/kernel';
import { type BufferName, boundBytes, bufferText, type Place } from '../plan/memory';
import { makePlan, type Plan, type PlanOptions } from '../plan/plan';
import { planBytes } from '../plan/plan-bytes';
import { type Inputs, Running, type Scalars } from '../plan/running';
import { checkStates } from '../plan/state-spec';
import { choicesOf } from '../plan/tune/table';
import { PassClock } from './cost/clock';
import { dispatchGrid } from './device/dispatch';
import type { Gpu, Readback } from './device/gpu';
import type { AdapterProfile } from './device/types';
import { DeviceStore, deviceStore, STATE_USAGE } from './store';
import { webgpuTarget } from './target';

/** Kernels are the WGSL of whole modules. */
export type DevicePlan = Plan<string>;

/** Options of a program on a device: those of every backend, and what tests and benchmarks ask of the plan. */
export interface DeviceCompileOptions extends CompileOptions, PlanOptions {
  /** Dispatches of one submission; absent, as suits the adapter. */
  readonly submitEvery?: number;
  /** Take the kernels for a GPU, whatever stands behind the adapter; for tests, which run them on CPUs too. */
  readonly asGpu?: boolean;
}

/** The profile to plan for. */
export const plannedProfile = (
  profile: AdapterProfile,
  { asGpu = false }: Pick<DeviceCompileOptions, 'asGpu'>,
): AdapterProfile => (asGpu ? { ...profile, software: false } : profile);

interface Command {
  readonly kernel: Kernel<string>;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number, number];
}

/** Repeats of a kernel in one submission, when it is timed. */
const MOST_REPEATS = 2000;

/**
 * Dispatches of a submission on a GPU, which begins with the first of a run while the host encodes the rest: a step of
 * 538 dispatches takes 8.9 ms so and 12.4 at once. A software adapter computes on the cores that encode.
 */
const SUBMIT_EVERY = { gpu: 64, software: Number.POSITIVE_INFINITY };

/** Outputs up to this many bytes come back with every run, so that reading a loss costs no submission of its own. */
const SMALL_OUTPUT = 16384;

export async function compileProgram(
  gpu: Gpu,
  graph: Graph,
  options: DeviceCompileOptions = {},
): Promise<DeviceProgram> {
  const { label = 'program', tuning } = options;
  const choices = options.choices ?? (tuning && choicesOf(tuning));
  const plan = makePlan(graph, webgpuTarget(plannedProfile(gpu.profile, options)), {
    ...options,
    ...(choices && { choices }),
  });
  checkLimits(gpu, plan);
  const store = storeOf(gpu, graph, options.store);
  const ownsStore = options.store === undefined;
  const memory = new ProgramMemory(gpu, store);
  try {
    memory.make(graph, plan);
    const commands = await prepare(gpu, plan, memory, options);
    const fetched = options.fetch ?? smallOutputs(plan);
    const submitEvery = options.submitEvery ?? SUBMIT_EVERY[gpu.profile.software ? 'software' : 'gpu'];
    return new DeviceProgram(label, gpu, graph, plan, store, memory, commands, { ownsStore, fetched, submitEvery });
  } catch (error) {
    memory.destroy();
    if (ownsStore) store.destroy();
    throw error;
  }
}

function storeOf(gpu: Gpu, graph: Graph, given: Store | undefined): DeviceStore {
  const spec = graph.spec.state ?? {};
  if (!given) return DeviceStore.open(gpu, spec);
  checkStates(spec, given);
  return deviceStore(gpu, given);
}

const smallOutputs = ({ outputs }: DevicePlan): string[] =>
  Object.keys(outputs).filter((name) => outputs[name]!.size * BYTES_PER_ELEMENT <= SMALL_OUTPUT);

/** @throws LimitError naming the op and the tensor, before anything is created */
function checkLimits(gpu: Gpu, plan: DevicePlan): void {
  for (const { label, operands } of plan.kernels) {
    for (const { place } of operands) {
      gpu.checkBinding(`${label} on ${bufferText(place.buffer)}`, boundBytes(place));
    }
  }
}

async function prepare(
  gpu: Gpu,
  plan: DevicePlan,
  memory: ProgramMemory,
  { onProgress }: DeviceCompileOptions,
): Promise<Command[]> {
  let ready = 0;
  const made = await Promise.allSettled(
    plan.kernels.map(async ({ code, label }) => {
      const pipeline = await gpu.pipeline(code, label);
      onProgress?.(++ready, plan.kernels.length);
      return pipeline;
    }),
  );
  const pipelines = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = made.find((one) => one.status === 'rejected');
  if (failed) {
    for (const pipeline of pipelines) gpu.releasePipeline(pipeline);
    throw failed.reason;
  }
  return plan.kernels.map((kernel, i) => {
    const entries = kernel.operands.map(({ place }, binding) => ({ binding, resource: memory.resource(place) }));
    const pipeline = pipelines[i]!;
    return {
      kernel,
      pipeline,
      bindGroup: gpu.bindGroup(pipeline, entries, kernel.label),
      grid: dispatchGrid(kernel.items, gpu.profile.limits.maxComputeWorkgroupsPerDimension),
    };
  });
}

/** The buffers of one program, by the names its plan uses. */
class ProgramMemory {
  /** By `bufferText`. */
  private readonly own = new Map<string, GPUBuffer>();

  constructor(
    private readonly gpu: Gpu,
    private readonly store: DeviceStore,
  ) {}

  make(graph: Graph, plan: DevicePlan): void {
    const makeBytes = (name: BufferName, size: number, label: string): GPUBuffer => {
      const buffer = this.gpu.createBuffer({ label, size, usage: STATE_USAGE });
      this.own.set(bufferText(name), buffer);
      return buffer;
    };
    const make = (name: BufferName, elements: number, label: string): GPUBuffer =>
      makeBytes(name, elements * BYTES_PER_ELEMENT, label);
    for (const [name, spec] of Object.entries(graph.spec.inputs ?? {})) {
      make({ kind: 'input', name }, sizeOf(spec.shape), `input ${name}`);
    }
    plan.slots.forEach((size, index) => {
      makeBytes({ kind: 'slot', index }, size, `temporary ${index}`);
    });
    plan.packs.forEach((size, index) => {
      make({ kind: 'pack', index }, size, `flat vector ${index}`);
    });
    plan.data.forEach((data, index) => {
      this.gpu.write(make({ kind: 'data', index }, data.length, `constant ${index}`), 0, data);
    });
    make({ kind: 'scalars' }, plan.scalars.length, 'scalars');
  }

  buffer(name: BufferName): GPUBuffer {
    return name.kind === 'state' ? this.store.buffer(name.name) : this.own.get(bufferText(name))!;
  }

  resource(at: Place): GPUBufferBinding {
    const whole = at.buffer.kind === 'scalars';
    return {
      buffer: this.buffer(at.buffer),
      offset: at.offset * storageBytes(at.storage),
      ...(!whole && { size: boundBytes(at) }),
    };
  }

  destroy(): void {
    for (const buffer of this.own.values()) this.gpu.destroyBuffer(buffer);
    this.own.clear();
  }
}

/** A compiled program: a fixed list of dispatches over fixed buffers, replayed by every run. */
export class DeviceProgram implements Program {
  private readonly scalars: Float32Array<ArrayBuffer>;
  /** Small outputs of the latest run, on their way. */
  private readonly latest = new Map<string, Promise<ArrayBuffer>>();
  private readonly inFlight = new InFlight();
  private readonly running: Running;

  constructor(
    readonly label: string,
    readonly gpu: Gpu,
    readonly graph: Graph,
    readonly plan: DevicePlan,
    /** The persistent tensors that runs read and write. */
    readonly state: DeviceStore,
    private readonly memory: ProgramMemory,
    private commands: readonly Command[],
    private readonly options: {
      readonly ownsStore: boolean;
      readonly fetched: readonly string[];
      readonly submitEvery: number;
    },
  ) {
    this.scalars = new Float32Array(plan.scalars.length);
    this.running = new Running(label, graph);
  }

  /**
   * Writes inputs and scalars and submits one run. Resolves when no run or, if runs are short, only some milliseconds of
   * them are under way before it, so a loop that awaits it keeps the device busy without running far ahead.
   */
  async run(inputs: Inputs = {}, scalars: Scalars = {}): Promise<void> {
    this.check();
    this.running.checkRun(inputs, scalars);
    this.writeInputs(inputs);
    this.writeScalars(scalars);
    const { submitEvery } = this.options;
    let begun = 0;
    for (; begun + submitEvery < this.commands.length; begun += submitEvery) {
      const encoder = this.gpu.encoder(this.label);
      this.encode(encoder, this.commands.slice(begun, begun + submitEvery));
      this.gpu.submit([encoder.finish()], submitEvery);
    }
    const encoder = this.gpu.encoder(this.label);
    this.encode(encoder, this.commands.slice(begun));
    for (const { from, to } of this.plan.copies) {
      encoder.copyBufferToBuffer(
        this.memory.buffer(from.buffer),
        from.offset * BYTES_PER_ELEMENT,
        this.memory.buffer(to.buffer),
        to.offset * BYTES_PER_ELEMENT,
        to.size * BYTES_PER_ELEMENT,
      );
    }
    const copies = this.options.fetched.map((name) => ({
      name,
      readback: this.copyOut(encoder, this.plan.outputs[name]!),
    }));
    this.gpu.submit([encoder.finish()], this.commands.length - begun);
    for (const { name, readback } of copies) {
      const bytes = readback.bytes();
      // Whoever reads the output sees the failure; a run whose outputs nobody reads fails at the next call instead.
      bytes.catch(() => undefined);
      this.latest.set(name, bytes);
    }
    await this.inFlight.add(this.gpu.idle());
  }

  /** The value of an output after the latest run; those fetched are copied out within the run itself. */
  async read(name: string): Promise<TypedArray> {
    this.check();
    this.running.checkOutput(name);
    const found = this.plan.outputs[name]!;
    const early = this.latest.get(name);
    if (early) return viewBytes(found.dtype, (await early).slice(0));
    const bytes = await this.gpu.read(
      this.memory.buffer(found.buffer),
      found.offset * BYTES_PER_ELEMENT,
      found.size * BYTES_PER_ELEMENT,
    );
    return viewBytes(found.dtype, bytes);
  }

  /** Bytes of its buffers; the store is not counted. */
  get bytes(): number {
    const { temporary, other } = planBytes(this.graph, this.plan);
    return temporary + other;
  }

  /**
   * Milliseconds of each kernel, in the order in which they run. Each is repeated in a submission of its own until that
   * takes `atLeast` milliseconds, so that the fence around it, which is not subtracted, is a small part; the shortest of
   * three such submissions counts. Wall time; on a GPU with sound timestamps theirs. States take whatever the repeats
   * leave in them.
   */
  async profile(options: ProfileOptions = {}): Promise<KernelTime[]> {
    this.check();
    using clock = new PassClock(this.gpu);
    return await timeKernels(this.commands.length, options, MOST_REPEATS, (index) => {
      const command = this.commands[index]!;
      const { label, form, items } = command.kernel;
      const encode = (pass: GPUComputePassEncoder, repeats: number): void =>
        this.dispatch(pass, new Array<Command>(repeats).fill(command));
      return { label, form, items, measure: (repeats) => clock.seconds(label, encode, repeats) };
    });
  }

  /** Frees its buffers and pipelines, and its state unless that is shared. Later calls throw. */
  destroy(): void {
    this.running.end();
    for (const { pipeline } of this.commands) this.gpu.releasePipeline(pipeline);
    this.commands = [];
    this.latest.clear();
    this.memory.destroy();
    if (this.options.ownsStore) this.state.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private check(): void {
    this.gpu.check();
    this.running.check();
  }

  private copyOut(encoder: GPUCommandEncoder, { buffer, offset, size }: Place): Readback {
    const source = this.memory.buffer(buffer);
    return this.gpu.readback(encoder, source, offset * BYTES_PER_ELEMENT, size * BYTES_PER_ELEMENT);
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

  private writeInputs(inputs: Inputs): void {
    for (const name of Object.keys(this.graph.spec.inputs ?? {})) {
      this.gpu.write(this.memory.buffer({ kind: 'input', name }), 0, inputs[name]!);
    }
  }

  private writeScalars(scalars: Scalars): void {
    this.plan.scalars.forEach((name, i) => {
      this.scalars[i] = scalars[name]!;
    });
    if (this.scalars.length > 0) this.gpu.write(this.memory.buffer({ kind: 'scalars' }), 0, this.scalars);
  }
}
