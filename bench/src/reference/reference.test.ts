// Reference: values worked by hand, and central differences in float64 for the gradients.
import { frechetDistance } from '@noisesmith/metrics';
import { describe, expect, it } from 'vitest';
import { hostTensor, sizeOf } from '../host-tensor';
import { inputShapes, type Op } from '../ops';
import { normalSource, uniformSource } from '../random-batch';
import { attention } from './attention';
import { convolution } from './convolution';
import { frechetPair } from './frechet';
import { layerNorm } from './layer-norm';
import { matmul } from './matmul';
import { opReference } from './op';

describe('matmul', () => {
  it('multiplies rows by columns', () => {
    expect([...matmul([1, 2, 3, 4], [5, 6, 7, 8], 2)]).toEqual([19, 22, 43, 50]);
  });
});

describe('convolution', () => {
  const line = { batch: 1, height: 1, width: 4, channels: 1, size: [1, 2], outputs: 1, stride: 1 } as const;
  const x = [1, 2, 3, 4];

  it('slides a kernel that is not turned, the odd padding behind', () => {
    expect([...convolution({ ...line, padding: 'valid' }, x, [10, 1])]).toEqual([12, 23, 34]);
    expect([...convolution({ ...line, padding: 'same' }, x, [10, 1])]).toEqual([12, 23, 34, 40]);
    expect([...convolution({ ...line, padding: 'same', stride: 3 }, x, [10, 1])]).toEqual([12, 40]);
  });

  it('sums over rows and channels, and keeps outputs apart', () => {
    const square = { batch: 2, height: 2, width: 2, channels: 2, size: [2, 1], outputs: 2, stride: 1 } as const;
    // Pixels (1, 2), (3, 4) above (5, 6), (7, 8); of the second image nothing is asked.
    const pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9];
    const kernel = [1, 0, 10, 0, 100, 1, 1000, 0];
    expect([...convolution({ ...square, padding: 'valid' }, pixels, kernel)]).toEqual([6521, 5, 8743, 7]);
  });
});

describe('frechetPair', () => {
  const { a, b, distance } = frechetPair(6);

  it('has symmetric covariances that are not diagonal, and commute', () => {
    const product = (p: Float64Array, q: Float64Array) =>
      Array.from({ length: 36 }, (_, at) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, k) => sum + p[Math.floor(at / 6) * 6 + k]! * q[k * 6 + (at % 6)]!, 0),
      );
    const [s, t] = [a.covariance, b.covariance];
    expect(Math.abs(s[1]!)).toBeGreaterThan(1e-3);
    product(s, t).forEach((value, at) => {
      expect(value).toBeCloseTo(product(t, s)[at]!, 10);
      expect(s[at]).toBeCloseTo(s[(at % 6) * 6 + Math.floor(at / 6)]!, 12);
    });
  });

  it('has the distance that the metrics find', () => {
    expect(frechetDistance(a, b)).toBeCloseTo(distance, 9);
  });
});

describe('attention', () => {
  const op = { kind: 'attention', batch: 1, heads: 1, queries: 1, keys: 2, headSize: 1, gradient: false } as const;

  it('weighs values by the softmax of the logits', () => {
    // Logits ln 1 and ln 3 give weights 1/4 and 3/4.
    expect(attention(op, [1], [0, Math.log(3)], [8, 4]).get('y')![0]).toBeCloseTo(5, 12);
  });

  it('divides logits by the root of the head size', () => {
    const wide = { ...op, headSize: 4 };
    // q·k is 0 and 2·ln 3, which the scale 1/2 turns into 0 and ln 3.
    const y = attention(wide, [2, 0, 0, 0], [0, 0, 0, 0, Math.log(3), 0, 0, 0], [8, 0, 0, 0, 4, 0, 0, 0]).get('y')!;
    expect(y[0]).toBeCloseTo(5, 12);
  });

  it('keeps heads and examples apart', () => {
    // With one key its weight is 1, so that y is v, whatever q and k are.
    const many = { ...op, batch: 2, heads: 3, keys: 1 };
    const v = [1, 2, 3, 4, 5, 6];
    expect([...attention(many, [9, 8, 7, 6, 5, 4], [1, 1, 1, 2, 2, 2], v).get('y')!]).toEqual(v);
  });
});

describe('layerNorm', () => {
  it('standardises a row by its population variance', () => {
    const op = { kind: 'layer-norm', rows: 1, width: 2 } as const;
    const y = layerNorm(op, [1, 3], [2, 2], [10, 20], [0, 0]).get('y')!;
    expect(y[0]).toBeCloseTo(10 - 2 / Math.sqrt(1 + 1e-6), 12);
    expect(y[1]).toBeCloseTo(20 + 2 / Math.sqrt(1 + 1e-6), 12);
  });
});

describe('gradients', () => {
  const cases: [Op, Record<string, string>][] = [
    [
      { kind: 'attention', batch: 2, heads: 2, queries: 3, keys: 2, headSize: 2, gradient: true },
      { q: 'dq', k: 'dk', v: 'dv' },
    ],
    [
      { kind: 'layer-norm', rows: 3, width: 4 },
      { x: 'dx', gamma: 'dgamma', beta: 'dbeta' },
    ],
  ];
  it.each(cases)('of $kind are the central differences of Σ y·dy', (op, gradientOf) => {
    const normal = normalSource(uniformSource(5));
    const inputs = new Map(
      Object.entries(inputShapes(op)).map(([name, shape]) => [
        name,
        hostTensor(shape, Float32Array.from({ length: sizeOf(shape) }, normal)),
      ]),
    );
    const dy = inputs.get('dy')!.data;
    const loss = () =>
      opReference(op, inputs)
        .get('y')!
        .reduce((sum, y, i) => sum + y * dy[i]!, 0);
    const results = opReference(op, inputs);
    for (const [name, gradient] of Object.entries(gradientOf)) {
      const { data } = inputs.get(name)!;
      const expected = data.map((origin, i) => {
        // The stored step is what float32 makes of it.
        data[i] = origin + 2 ** -8;
        const [above, high] = [loss(), data[i]!];
        data[i] = origin - 2 ** -8;
        const [below, low] = [loss(), data[i]!];
        data[i] = origin;
        return (above - below) / (high - low);
      });
      results.get(gradient)!.forEach((actual, i) => {
        expect(actual).toBeCloseTo(expected[i]!, 4);
      });
    }
  });
});
