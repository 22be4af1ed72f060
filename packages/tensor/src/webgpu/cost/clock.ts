import { type ClockOptions, secondsEach } from '../../plan/cost/seconds-each';
import type { Gpu } from '../device/gpu';
import { BufferUsage } from '../device/types';

/** Encodes `repeats` dispatches, or other equal pieces of work, into a pass. */
export type Encode = (pass: GPUComputePassEncoder, repeats: number) => void;

/**
 * Seconds that a compute pass takes. Wall time between two fences, the fence (0.1 to 0.5 ms) included; on a GPU with
 * timestamps the time between those at the ends of the pass, unless they run backwards or stand still.
 */
export class PassClock implements Disposable {
  private readonly stamps: Timestamps | undefined;

  /** @param stamped whether to use timestamps, which the device must have then */
  constructor(
    private readonly device: Gpu,
    stamped = device.profile.timestamps && !device.profile.software,
  ) {
    this.stamps = stamped ? new Timestamps(device) : undefined;
  }

  async seconds(label: string, encode: Encode, repeats: number): Promise<number> {
    const { device, stamps } = this;
    await device.idle();
    const start = performance.now();
    const encoder = device.encoder(label);
    const pass = encoder.beginComputePass(stamps && { timestampWrites: stamps.writes });
    encode(pass, repeats);
    pass.end();
    stamps?.resolve(encoder);
    device.submit([encoder.finish()], repeats);
    await device.idle();
    const wall = (performance.now() - start) / 1000;
    const stamped = await stamps?.seconds();
    return stamped !== undefined && stamped > 0 && stamped <= wall ? stamped : wall;
  }

  /** Seconds of one repeat; see {@link secondsEach}. */
  each(label: string, encode: Encode, options: ClockOptions): Promise<number> {
    return secondsEach((repeats) => this.seconds(label, encode, repeats), options);
  }

  [Symbol.dispose](): void {
    this.stamps?.destroy();
  }
}

/** Two timestamps of one pass at a time. */
class Timestamps {
  private readonly set: GPUQuerySet;
  private readonly buffer: GPUBuffer;

  constructor(private readonly device: Gpu) {
    this.set = device.gpu.createQuerySet({ label: 'timestamps', type: 'timestamp', count: 2 });
    const usage = BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC;
    this.buffer = device.createBuffer({ label: 'timestamps', size: 16, usage });
  }

  get writes(): GPUComputePassTimestampWrites {
    return { querySet: this.set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.set, 0, 2, this.buffer, 0);
  }

  /** From the first timestamp to the second; negative where they run backwards. */
  async seconds(): Promise<number> {
    const [begin, end] = new BigInt64Array(await this.device.read(this.buffer, 0, 16));
    return Number(end! - begin!) / 1e9;
  }

  destroy(): void {
    this.set.destroy();
    this.device.destroyBuffer(this.buffer);
  }
}
