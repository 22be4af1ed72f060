/**
 * The t in [0, 1] at which a decreasing function crosses `target`: 0 when it starts below, 1 when it ends above.
 * Halves until the interval is one float wide or below 1e-17, so the answer is as exact as f itself.
 */
export function bisectDecreasing(f: (t: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  if (f(low) <= target) return low;
  if (f(high) >= target) return high;
  while (high - low > 1e-17) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > target) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
