import type { Convolution } from '../convolutions';

/** First places and lengths along an axis: 'same' pads as TensorFlow, the odd element behind. */
function axisOf(n: number, k: number, { stride, padding }: Convolution): { count: number; before: number } {
  if (padding === 'valid') return { count: Math.floor((n - k) / stride) + 1, before: 0 };
  const count = Math.ceil(n / stride);
  return { count, before: Math.floor(Math.max(0, (count - 1) * stride + k - n) / 2) };
}

/** The convolution of the first image in float64: x [batch, height, width, channels], w [kh, kw, channels, outputs]. */
export function convolution(conv: Convolution, x: ArrayLike<number>, w: ArrayLike<number>): Float64Array {
  const { height, width, channels, size, outputs, stride } = conv;
  const [kh, kw] = size;
  const [rows, columns] = [axisOf(height, kh, conv), axisOf(width, kw, conv)];
  const weights = Float64Array.from(w);
  const out = new Float64Array(rows.count * columns.count * outputs);
  for (let y = 0; y < rows.count; y++) {
    for (let z = 0; z < columns.count; z++) {
      const at = (y * columns.count + z) * outputs;
      const sums = out.subarray(at, at + outputs);
      for (let i = 0; i < kh; i++) {
        const row = y * stride + i - rows.before;
        if (row < 0 || row >= height) continue;
        for (let j = 0; j < kw; j++) {
          const column = z * stride + j - columns.before;
          if (column < 0 || column >= width) continue;
          for (let c = 0; c < channels; c++) {
            const value = x[(row * width + column) * channels + c]!;
            const from = ((i * kw + j) * channels + c) * outputs;
            for (let o = 0; o < outputs; o++) sums[o]! += value * weights[from + o]!;
          }
        }
      }
    }
  }
  return out;
}
