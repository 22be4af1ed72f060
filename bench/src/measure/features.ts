import type { Features } from '../peer';
import type { StreamMemory } from '../protocol';
import type { MemoryMeter } from './memory';
import { type Limits, takeValues } from './values';

export interface FeatureTimes {
  /** The first batch with the network's opening. */
  readonly firstMs: number;
  readonly all: number[];
  /** Of the last batch. */
  readonly features: Float32Array<ArrayBuffer>;
}

type Open = () => Promise<Features>;
type Images = Float32Array<ArrayBuffer>;
const steady = (): number => performance.now();

/** Times the first batch together with `open`, then the same batch again and again as far as the limits allow. */
export async function timeFeatures(
  open: Open,
  images: Images,
  limits: Limits,
  now: () => number = steady,
): Promise<FeatureTimes> {
  const start = now();
  const network = await open();
  let features = await network.features(images);
  const firstMs = now() - start;
  const all = await takeValues(limits, async () => {
    const since = now();
    features = await network.features(images);
    return now() - since;
  });
  return { firstMs, all, features };
}

export interface Stream {
  readonly batch: number;
  readonly few: number;
  readonly many: number;
}

export interface Instruments {
  /** Of the process that computes. */
  readonly meter: MemoryMeter | undefined;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
}

/**
 * Passes a batch of images through a network until `few` have passed, and on until `many` have. The first batch, with the
 * compilation before it, is not metered; nothing is where the system keeps one peak for the life of a process.
 */
export async function streamFeatures(
  open: Open,
  images: Images,
  { batch, few, many }: Stream,
  { meter, now = steady }: Instruments,
): Promise<FeatureTimes & { readonly stream: StreamMemory | null }> {
  const baseline = meter?.resident() ?? 0;
  const start = now();
  const network = await open();
  let features = await network.features(images);
  const firstMs = now() - start;
  const all: number[] = [];
  let passed = batch;
  const peakUntil = async (goal: number): Promise<number> => {
    meter?.restart?.();
    for (; passed < goal; passed += batch) {
      const since = now();
      features = await network.features(images);
      all.push(now() - since);
    }
    return (meter?.peak() ?? 0) - baseline;
  };
  const growthOfFew = await peakUntil(few);
  const growthOfMany = await peakUntil(many);
  return { firstMs, all, features, stream: meter?.restart ? { few, growthOfFew, many, growthOfMany } : null };
}
