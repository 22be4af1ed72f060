import { BYTES_PER_ELEMENT } from '../../ir/dtype';
import { type Ceilings, overlapOf } from '../../plan/cost/ceilings';
import { secondsEach } from '../../plan/cost/seconds-each';
import type { Device } from '../device';
import { BufferUsage } from '../device/types';
import { type Encode, PassClock } from './clock';
import {
  dispatchKernel,
  FLOPS_PER_TURN,
  fmaKernel,
  LOADS_PER_TURN,
  loadKernel,
  MIXED_LOADS_PER_TURN,
  mixedKernel,
  WORKGROUP,
} from './micro-kernels';

/** Workgroups that keep any GPU busy. A CPU is busy with few. */
const WORKGROUPS = { software: 128, gpu: 8192 };
/** Elements that loads stream through: a CPU's cache holds them, no GPU's does. */
const STREAM = { software: 2 ** 18, gpu: 2 ** 26 };
const ATTEMPTS = 10;
const ATTEMPT_SECONDS = 0.02;
const MOST_TURNS = 2 ** 20;
const MOST_DISPATCHES = 2 ** 15;

/**
 * Measures the ceilings by small programs: independent multiply-adds in registers, streaming loads with little
 * arithmetic, both together, and dispatches that wait for one another and do next to nothing. Each is the best of some
 * attempts, of a length that makes the fence around it small; together they take about a second. Whatever else runs
 * lowers them.
 *
 * @throws ShaderError, UncapturedGpuError, DeviceLostError
 */
export async function measureGpuCeilings(device: Device): Promise<Ceilings> {
  const { software, limits } = device.profile;
  const kind = software ? 'software' : 'gpu';
  const bindable = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / BYTES_PER_ELEMENT;
  const elements = Math.min(STREAM[kind], 2 ** Math.floor(Math.log2(bindable)));
  const invocations = WORKGROUPS[kind] * WORKGROUP;
  using bench = new MicroBenchmarks(device, elements, invocations);
  const flopsPerSecond = FLOPS_PER_TURN * (await bench.turnsPerSecond('fma ceiling', fmaKernel()));
  const loadsPerSecond =
    LOADS_PER_TURN * (await bench.turnsPerSecond('load ceiling', loadKernel(elements, invocations)));
  const both = 1 / (await bench.turnsPerSecond('overlap', mixedKernel(elements, invocations)));
  return {
    flopsPerSecond,
    loadsPerSecond,
    dispatchSeconds: await bench.dispatchSeconds(),
    counted: software ? 'issued' : 'distinct',
    overlap: overlapOf(FLOPS_PER_TURN / flopsPerSecond, MIXED_LOADS_PER_TURN / loadsPerSecond, both),
  };
}

class MicroBenchmarks implements Disposable {
  private readonly clock: PassClock;
  private readonly pipelines: GPUComputePipeline[] = [];
  private readonly buffers: readonly GPUBuffer[];

  constructor(
    private readonly device: Device,
    elements: number,
    private readonly invocations: number,
  ) {
    this.clock = new PassClock(device);
    const usage = BufferUsage.STORAGE | BufferUsage.COPY_DST;
    this.buffers = [elements, 4 * invocations, 1].map((size) =>
      device.createBuffer({ label: 'ceilings', size: size * BYTES_PER_ELEMENT, usage }),
    );
    // Halves: s·½ + ½ neither grows without bound nor becomes denormal.
    device.write(this.buffers[0]!, 0, new Float32Array(WORKGROUP + 1).fill(0.5));
  }

  /** Turns of the kernel's loop per second, over all invocations; each makes as many as `turns[0]` says. */
  async turnsPerSecond(label: string, wgsl: string): Promise<number> {
    const encode = await this.encoder(label, wgsl, this.invocations / WORKGROUP);
    const options = { atLeastSeconds: ATTEMPT_SECONDS, mostRepeats: MOST_TURNS, attempts: ATTEMPTS };
    const measure = (turns: number): Promise<number> => {
      this.device.write(this.buffers[2]!, 0, Uint32Array.of(turns));
      return this.clock.seconds(label, encode, 1);
    };
    return this.invocations / (await secondsEach(measure, options));
  }

  async dispatchSeconds(): Promise<number> {
    const encode = await this.encoder('dispatch', dispatchKernel(), 1);
    const options = { atLeastSeconds: ATTEMPT_SECONDS, mostRepeats: MOST_DISPATCHES, attempts: ATTEMPTS };
    return this.clock.each('dispatch', encode, options);
  }

  private async encoder(label: string, wgsl: string, workgroups: number): Promise<Encode> {
    const pipeline = await this.device.pipeline(wgsl, label);
    this.pipelines.push(pipeline);
    const entries = this.buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = this.device.bindGroup(pipeline, entries, label);
    return (pass, repeats) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(workgroups);
    };
  }

  [Symbol.dispose](): void {
    this.clock[Symbol.dispose]();
    for (const buffer of this.buffers) this.device.destroyBuffer(buffer);
    for (const pipeline of this.pipelines) this.device.releasePipeline(pipeline);
  }
}
