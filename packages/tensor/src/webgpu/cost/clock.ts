import type { Gpu } from '../device/gpu';
import { BufferUsage } from '../device/types';

export interface ClockOptions {
  /** Repeats go on until one submission takes this long, so that what surrounds it costs little of it. */
  readonly atLeastSeconds: number;
  /** Repeats of a submission at most. */
  readonly mostRepeats: number;
  /** Submissions of which the shortest counts: what else runs makes some of them longer. */
  readonly attempts: number;
}

/** Encodes `repeats` dispatches, or other equal pieces of work, into a pass. */
export type Encode = (pass: GPUComputePassEncoder, repeats: number) => void;

/**
 * Seconds of one repeat, where `measure` gives the seconds of a number of them: the number grows until they take
 * `atLeastSeconds` together. The very first measurement does not count: drivers finish compiling at the first dispatch.
 */
export async function secondsEach(
  measure: (repeats: number) => Promise<number>,
  { atLeastSeconds, mostRepeats, attempts }: ClockOptions,
): Promise<number> {
  await measure(1);
  for (let repeats = 1; ; ) {
    let seconds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < attempts; i++) seconds = Math.min(seconds, await measure(repeats));
    if (seconds >= atLeastSeconds || repeats >= mostRepeats) return seconds / repeats;
    const wanted = Math.ceil((1.2 * repeats * atLeastSeconds) / Math.max(seconds, 1e-9));
    repeats = Math.min(mostRepeats, Math.max(2 * repeats, wanted));
  }
}

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
