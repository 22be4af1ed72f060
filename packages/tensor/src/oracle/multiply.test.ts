// Reference: the definition, sums of products from depth 0 on, worked out one element at a time.
import { expect, it } from 'vitest';
import { multiply } from './multiply';

const values = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) * 2 ** ((i % 7) - 3));

it.each([
  [1, 1, 1, 1],
  [2, 3, 5, 4],
  [3, 2, 8, 7],
  [1, 5, 11, 1],
  [2, 4, 3, 6],
  [1, 0, 3, 2],
  [1, 2, 0, 3],
])('%i products of [%i, %i] by n = %i, to the bit', (batch, m, k, n) => {
  const a = values(batch * m * k, 0.3);
  const b = values(batch * k * n, 2.1);
  const expected = Float64Array.from({ length: batch * m * n }, (_, at) => {
    const j = at % n;
    const i = Math.floor(at / n) % m;
    const g = Math.floor(at / (n * m));
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[(g * m + i) * k + p]! * b[(g * k + p) * n + j]!;
    return sum;
  });
  expect(multiply(a, b, batch, m, k, n)).toEqual(expected);
});
