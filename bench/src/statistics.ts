import { median } from '@noisesmith/tensor';

/** What a contestant reports of its step times, in milliseconds and in the order measured. */
export interface Times {
  min: number;
  median: number;
  all: number[];
}

/** Minimum and median of step times. @throws Error for an empty list */
export function summarise(all: readonly number[]): Times {
  return { min: Math.min(...all), median: median(all), all: [...all] };
}

/** ‖actual − expected‖₂ / scale, where `scale` is ‖expected‖₂ when not given. NaN anywhere gives NaN. */
export function relativeL2(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = norm(expected)): number {
  if (actual.length !== expected.length) {
    throw new Error(`relative L2: ${actual.length} values against ${expected.length}`);
  }
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += (actual[i]! - expected[i]!) ** 2;
  return Math.sqrt(sum) / scale;
}

/** Euclidean norm. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}
