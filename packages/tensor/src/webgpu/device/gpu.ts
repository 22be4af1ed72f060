import { restWhile } from '#webgpu';
import { DeviceLostError, LimitError } from '../../errors';
import { UncapturedGpuError } from './errors';
import { Pending } from './pending';
import { PipelineCache } from './pipelines';
import { profileOf } from './profile';
import { compilePipeline } from './shader';
import { StagingPool } from './staging';
import { type AdapterProfile, type BufferDescription, BufferUsage, type Counters } from './types';

/** Bytes on their way from the GPU. */
export interface Readback {
  /**
   * The bytes, once the commands that copy them are submitted. To be called exactly once, after that submission;
   * until then a staging buffer is held.
   */
  bytes(): Promise<ArrayBuffer>;
}

export interface DeviceSetup {
  readonly label: string;
  /** Whether `destroy` may destroy the GPUDevice. */
  readonly owned: boolean;
  readonly info?: GPUAdapterInfo;
}

/** GPUMapMode.READ, which is no global in Node. */
const MAP_MODE_READ = 0x0001;

const roundUp4 = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/**
 * A GPU device that counts what it makes and turns everything that goes wrong into a typed error.
 *
 * Errors that WebGPU reports late (validation, out of memory) are kept in `failed` and thrown by every later call and
 * await: after one of them no result can be trusted. Once the device is lost or destroyed, everything pending rejects
 * and every later call throws with the same {@link DeviceLostError}.
 */
export class Gpu implements Disposable {
  readonly label: string;
  readonly profile: AdapterProfile;
  readonly counters: Counters = {
    buffers: 0,
    bindGroups: 0,
    pipelines: 0,
    shaderModules: 0,
    submits: 0,
    dispatches: 0,
    writes: 0,
    bytesAllocated: 0,
    liveBuffers: 0,
    liveBytes: 0,
  };
  /** Resolves when the device ends; `reason` tells loss ('lost') from `destroy` ('destroyed'). Never rejects. */
  readonly lost: Promise<DeviceLostError>;

  readonly #owned: boolean;
  readonly #live = new Set<GPUBuffer>();
  readonly #pipelines = new PipelineCache((wgsl, label) => this.#compile(wgsl, label));
  readonly #pending = new Pending();
  readonly #staging = new StagingPool(this);
  readonly #resolveLost: (error: DeviceLostError) => void;
  #end: DeviceLostError | undefined;
  #failed: Error | undefined;

  /** Programs call `openDevice`. */
  constructor(
    readonly gpu: GPUDevice,
    setup: DeviceSetup,
  ) {
    this.label = setup.label;
    this.#owned = setup.owned;
    this.profile = profileOf(gpu, setup.info);
    const { promise, resolve } = withResolvers<DeviceLostError>();
    this.lost = promise;
    this.#resolveLost = resolve;
    gpu.addEventListener('uncapturederror', this.#onUncaptured);
    gpu.lost.then((info) => {
      const message = `${this.label}: the GPU device was lost (${info.reason}): ${oneLine(info.message)}`;
      const error = new DeviceLostError('lost', message);
      if (this.#end === undefined) this.#failed ??= error;
      this.#finish(error);
    });
  }

  /** The first uncaptured error or the loss of the device; undefined while all is well, and after `destroy`. */
  get failed(): Error | undefined {
    return this.#failed;
  }

  /** @throws the stored uncaptured error, or DeviceLostError once the device is lost or destroyed */
  check(): void {
    if (this.#failed) throw this.#failed;
    if (this.#end) throw this.#end;
  }

  /**
   * Makes a buffer, zeroed. A storage buffer may be larger than one binding can be: kernels bind parts of it.
   *
   * @throws LimitError naming the buffer and the limit, RangeError when the size is no whole number ≥ 0
   */
  createBuffer({ label, size, usage }: BufferDescription): GPUBuffer {
    this.check();
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new RangeError(`${label}: a buffer of ${size} bytes; expected a whole number, 0 or more`);
    }
    const bytes = Math.max(4, roundUp4(size));
    this.#limit(label, 'maxBufferSize', bytes);
    if (usage & BufferUsage.UNIFORM) this.#limit(label, 'maxUniformBufferBindingSize', bytes);
    const buffer = this.gpu.createBuffer({ label, size: bytes, usage });
    this.#live.add(buffer);
    this.counters.buffers += 1;
    this.counters.bytesAllocated += bytes;
    this.counters.liveBuffers += 1;
    this.counters.liveBytes += bytes;
    return buffer;
  }

  /** Frees a buffer made by `createBuffer`; a second time, and after `destroy`, nothing happens. */
  destroyBuffer(buffer: GPUBuffer): void {
    if (!this.#live.delete(buffer)) return;
    this.counters.liveBuffers -= 1;
    this.counters.liveBytes -= buffer.size;
    buffer.destroy();
  }

  /**
   * A compute pipeline with automatic layout, from WGSL with one entry point. The same source gives the same pipeline,
   * whose label is that of the first request. It is there until everyone who asked for it has called `releasePipeline`.
   *
   * @throws ShaderError with the label, the compiler's message and the source line; DeviceLostError
   */
  pipeline(wgsl: string, label: string): Promise<GPUComputePipeline> {
    return this.#pipelines.acquire(wgsl, label);
  }

  /** To be called once for each call of `pipeline`, by whoever also forgets the pipeline and its bind groups. */
  releasePipeline(pipeline: GPUComputePipeline): void {
    this.#pipelines.release(pipeline);
  }

  /** Until it is disposed of, pipelines stay though nobody holds them: for programs that are compiled again and again. */
  keepPipelines(): Disposable {
    return this.#pipelines.keep();
  }

  /** Pipelines that are held or kept. */
  get livePipelines(): number {
    return this.#pipelines.size;
  }

  /** A bind group of group 0 of a pipeline. */
  bindGroup(pipeline: GPUComputePipeline, entries: readonly GPUBindGroupEntry[], label: string): GPUBindGroup {
    this.check();
    this.counters.bindGroups += 1;
    return this.gpu.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries: [...entries] });
  }

  encoder(label: string): GPUCommandEncoder {
    this.check();
    return this.gpu.createCommandEncoder({ label });
  }

  /** Submits commands in order. `dispatches` is only counted. */
  submit(commands: readonly GPUCommandBuffer[], dispatches = 0): void {
    this.check();
    this.counters.submits += 1;
    this.counters.dispatches += dispatches;
    this.gpu.queue.submit([...commands]);
  }

  /**
   * Copies data into a buffer, after what is submitted and before what will be. Data whose length is no multiple of 4
   * are padded with zeros.
   *
   * @throws RangeError when the bytes do not fit or the offset is no multiple of 4
   */
  write(buffer: GPUBuffer, byteOffset: number, data: ArrayBufferView): void {
    this.check();
    this.#range(buffer, byteOffset, roundUp4(data.byteLength), 'write');
    if (data.byteLength === 0) return;
    this.counters.writes += 1;
    if (data.byteLength % 4 === 0) {
      this.gpu.queue.writeBuffer(buffer, byteOffset, data.buffer, data.byteOffset, data.byteLength);
      return;
    }
    const padded = new Uint8Array(roundUp4(data.byteLength));
    padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.gpu.queue.writeBuffer(buffer, byteOffset, padded);
  }

  /**
   * Records a copy of a part of a buffer (usage COPY_SRC) to the host as part of other commands, so that it costs no
   * submission of its own.
   *
   * @throws RangeError when the part is outside the buffer or the offset is no multiple of 4
   */
  readback(encoder: GPUCommandEncoder, buffer: GPUBuffer, byteOffset: number, byteLength: number): Readback {
    this.check();
    const copied = roundUp4(byteLength);
    this.#range(buffer, byteOffset, copied, 'read');
    if (copied === 0) return { bytes: async () => new ArrayBuffer(0) };
    const staging = this.#staging.acquire(copied);
    encoder.copyBufferToBuffer(buffer, byteOffset, staging, 0, copied);
    return { bytes: () => this.#guard(() => this.#fetch(staging, byteLength, copied)) };
  }

  /**
   * Reads a part of a buffer (usage COPY_SRC) as it is after everything submitted so far.
   *
   * @throws RangeError, UncapturedGpuError, DeviceLostError
   */
  async read(buffer: GPUBuffer, byteOffset: number, byteLength: number): Promise<ArrayBuffer> {
    const encoder = this.encoder(`read ${buffer.label}`);
    const readback = this.readback(encoder, buffer, byteOffset, byteLength);
    this.submit([encoder.finish()]);
    return readback.bytes();
  }

  /** Resolves when everything submitted is done. @throws UncapturedGpuError, DeviceLostError */
  async idle(): Promise<void> {
    await this.#guard(() => this.gpu.queue.onSubmittedWorkDone());
  }

  /** Frees all buffers and ends the device; everything pending rejects with DeviceLostError. May be called again. */
  destroy(): void {
    if (this.#end === undefined) {
      this.#finish(new DeviceLostError('destroyed', `${this.label}: the GPU device was destroyed by this program`));
    }
    for (const buffer of this.#live) this.destroyBuffer(buffer);
    this.#pipelines.clear();
    if (this.#owned) this.gpu.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  readonly #onUncaptured = (event: GPUUncapturedErrorEvent): void => {
    // Whoever owns the device need not read in the console what is thrown.
    if (this.#owned) event.preventDefault();
    const kind = event.error.constructor.name;
    this.#failed ??= new UncapturedGpuError(kind, `${this.label}: ${kind}: ${oneLine(event.error.message)}`);
  };

  /** Starts work and awaits it, with the device's errors looked at before and after. */
  async #guard<T>(start: () => Promise<T>): Promise<T> {
    this.check();
    try {
      const work = this.#pending.guard(start());
      return await (this.profile.software ? restWhile(work) : work);
    } finally {
      // A rejection is most often the consequence of an uncaptured error, which names the op: that one goes first.
      this.check();
    }
  }

  #finish(error: DeviceLostError): void {
    if (this.#end) return;
    this.#end = error;
    this.gpu.removeEventListener('uncapturederror', this.#onUncaptured);
    this.#pending.rejectAll(error);
    this.#resolveLost(error);
  }

  #compile(wgsl: string, label: string): Promise<GPUComputePipeline> {
    return this.#guard(() => {
      this.counters.shaderModules += 1;
      this.counters.pipelines += 1;
      return compilePipeline(this.gpu, wgsl, label);
    });
  }

  async #fetch(staging: GPUBuffer, byteLength: number, copied: number): Promise<ArrayBuffer> {
    try {
      await staging.mapAsync(MAP_MODE_READ, 0, copied);
    } catch (error) {
      this.destroyBuffer(staging);
      throw error;
    }
    const bytes = staging.getMappedRange(0, copied).slice(0, byteLength);
    staging.unmap();
    this.#staging.release(staging);
    return bytes;
  }

  /** @throws LimitError when a kernel cannot bind `bytes` of a storage buffer at once */
  checkBinding(label: string, bytes: number): void {
    this.#limit(label, 'maxStorageBufferBindingSize', bytes);
  }

  #limit(
    label: string,
    limit: 'maxBufferSize' | 'maxStorageBufferBindingSize' | 'maxUniformBufferBindingSize',
    bytes: number,
  ): void {
    const allowed = this.profile.limits[limit];
    if (bytes <= allowed) return;
    throw new LimitError(
      label,
      limit,
      bytes,
      allowed,
      this.profile.description || this.profile.vendor || 'this adapter',
    );
  }

  #range(buffer: GPUBuffer, byteOffset: number, bytes: number, action: string): void {
    const inside = byteOffset >= 0 && bytes >= 0 && byteOffset + bytes <= buffer.size;
    if (inside && byteOffset % 4 === 0 && Number.isSafeInteger(bytes)) return;
    throw new RangeError(
      `${buffer.label}: ${action} of ${bytes} bytes at ${byteOffset}; expected an offset divisible by 4 and an end ` +
        `within ${buffer.size} bytes`,
    );
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
