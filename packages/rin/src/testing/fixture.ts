import { readFileSync } from 'node:fs';
import { readSafetensors } from '@noisesmith/formats';

/** The golden network: float64 results of an independent implementation, rounded to float32. */
export interface Fixture {
  readonly metadata: Readonly<Record<string, string>>;
  get(name: string): Float32Array;
  /** Tensors under a prefix, by the rest of their name. */
  under(prefix: string): Map<string, Float32Array>;
}

export function readFixture(): Fixture {
  const url = new URL('../../../../fixtures/rin-tiny.safetensors', import.meta.url);
  const { metadata, tensors } = readSafetensors(readFileSync(url), { name: 'rin-tiny.safetensors' });
  const data = new Map([...tensors].map(([name, array]) => [name, array.data as Float32Array]));
  return {
    metadata,
    get(name) {
      const found = data.get(name);
      if (!found) throw new RangeError(`fixture has no tensor '${name}'`);
      return found;
    },
    under: (prefix) =>
      new Map([...data].filter(([name]) => name.startsWith(prefix)).map(([name, d]) => [name.slice(prefix.length), d])),
  };
}

/** ‖actual − expected‖ / ‖expected‖ */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new RangeError(`${actual.length} elements, expected ${expected.length}`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}
