/** a·b of two [size, size] matrices in float64. */
export function matmul(a: ArrayLike<number>, b: ArrayLike<number>, size: number): Float64Array {
  const out = new Float64Array(size * size);
  const right = Float64Array.from(b);
  for (let i = 0; i < size; i++) {
    const row = out.subarray(i * size, (i + 1) * size);
    // The innermost loop runs along rows of b and of the result.
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      for (let j = 0; j < size; j++) row[j]! += factor * right[k * size + j]!;
    }
  }
  return out;
}
