import type { Denoiser } from '@noisesmith/diffusion';
import { add, deriveKey, layoutOf, matmul, reshape } from '@noisesmith/tensor';

export const PIXELS = 4;
export const CLASSES = 3;
export const CARRY = 2;

/**
 * A denoiser whose loss and gradient can be written down by hand: with x the four pixels, f the time features, y the
 * label and z the carry, prediction = x·a + f·U + y·C + z·D + bias, and the new carry = x·K + y·E.
 */
export function tinyDenoiser(classes: 0 | typeof CLASSES = CLASSES): Denoiser {
  const layout = layoutOf({
    a: [PIXELS, PIXELS],
    U: [2, PIXELS],
    ...(classes > 0 && { C: [classes, PIXELS], E: [classes, CARRY] }),
    D: [CARRY, PIXELS],
    'out.bias': [PIXELS],
    K: [PIXELS, CARRY],
  });
  return {
    imageShape: [2, 2, 1],
    classes,
    layout,
    carryShape: [CARRY],
    timeFeatures: {
      width: 2,
      compute: (gamma) => Float32Array.from(Array.from(gamma).flatMap((g) => [g, g * g])),
    },
    initialize(name, seed) {
      const { offset, size } = layout.segments.find((segment) => segment.name === name)!;
      return Float32Array.from({ length: size }, (_, i) => deriveKey(seed, 99, 0, offset + i)[0] / 2 ** 32 - 0.5);
    },
    apply(p, { carry, classes: labels, timeFeatures, x }) {
      const batch = x.shape[0]!;
      const pixels = reshape(x, [batch, PIXELS]);
      const known = add(
        add(matmul(pixels, p.a!), matmul(timeFeatures, p.U!)),
        add(matmul(carry, p.D!), p['out.bias']!),
      );
      const prediction = labels ? add(known, matmul(labels, p.C!)) : known;
      const read = matmul(pixels, p.K!);
      return {
        prediction: reshape(prediction, x.shape),
        carry: labels ? add(read, matmul(labels, p.E!)) : read,
      };
    },
  };
}

/** Images and labels that are a function of the step. */
export function tinyBatch(step: number, batch: number) {
  const word = (example: number, pixel: number): number => deriveKey(7, 98, step * 1000 + example, pixel)[0] / 2 ** 32;
  return {
    images: Float32Array.from({ length: batch * PIXELS }, (_, i) => word(Math.floor(i / PIXELS), i % PIXELS)),
    labels: Array.from({ length: batch }, (_, i) => (i % 4) - 1),
  };
}
