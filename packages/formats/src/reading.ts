import { type RangeSource, readInMemory } from './range-source';

/** Bytes that a reading asks for. */
export interface WantedRange {
  readonly offset: number;
  readonly length: number;
  /** What messages call these bytes. */
  readonly part: string;
}

/**
 * A computation over a file that asks for ranges and is given their bytes. Written once, it runs at once on bytes in
 * memory and asynchronously on a source.
 */
export type Reading<T> = Generator<WantedRange, T, Uint8Array>;

/** Runs a reading over a whole file in memory. */
export function readFromBytes<T>(reading: Reading<T>, bytes: Uint8Array): T {
  let step = reading.next();
  while (!step.done) {
    const { offset, length } = step.value;
    step = reading.next(bytes.subarray(offset, offset + length));
  }
  return step.value;
}

/** Runs a reading over a source; only what it asks for is brought into memory. */
export async function readFromSource<T>(reading: Reading<T>, source: RangeSource): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    const { offset, length, part } = step.value;
    step = reading.next(await readInMemory(source, offset, length, part));
  }
  return step.value;
}
