// Reference: the definition, element by element.
import { expect, it } from 'vitest';
import { normalSet } from '../testing/sets';
import { addProduct, type Operand } from './product';

const numbers = (count: number, seed: number) => normalSet(count, 1, seed).rows as Float64Array;
const element = ({ data, depthStride, offset = 0, rowStride }: Operand, row: number, k: number) =>
  data[offset + row * rowStride + k * depthStride]!;

it.each([
  [1, 1, 1],
  [3, 5, 2],
  [66, 30, 70],
  [64, 256, 256],
  [130, 261, 300],
  [5, 600, 513],
])('%i × %i over a depth of %i: whole, halves, triangular, either order in memory', (rows, columns, depth) => {
  const a: Operand = { data: numbers(rows * depth + 3, 1), offset: 3, rowStride: depth, depthStride: 1 };
  const b: Operand = { data: Float32Array.from(numbers(columns * depth, 2)), rowStride: 1, depthStride: columns };
  const stride = columns + 2;
  for (const only of [undefined, 'lower', 'upper'] as const) {
    for (const triangular of [false, true]) {
      const data = numbers(rows * stride + 1, 3);
      const before = data.slice();
      const to = { data, offset: 1, stride };
      for (const _ of addProduct({ to, a, b, rows, columns, depth, sign: -1, triangular, ...(only && { only }) }));
      let worst = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < stride; j++) {
          const at = 1 + i * stride + j;
          const left = j >= columns || (only === 'lower' && j > i) || (only === 'upper' && j < i);
          let expected = before[at]!;
          for (let k = triangular ? i : 0; k < depth && !left; k++) expected -= element(a, i, k) * element(b, j, k);
          worst = Math.max(worst, Math.abs(data[at]! - expected));
        }
      }
      expect(worst, `${only} ${triangular}`).toBeLessThan(1e-11);
      expect(data[0]).toBe(before[0]);
    }
  }
});
