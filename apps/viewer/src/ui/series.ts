/** The value of a curve at `x`, between its points on a straight line; undefined outside. Points stand in order of x, rising or falling. */
export function valueAt(points: readonly (readonly [number, number])[], x: number): number | undefined {
  const { length } = points;
  if (length === 0) return undefined;
  const rising = points[length - 1]![0] >= points[0]![0];
  const isBefore = (at: number) => (rising ? at < x : at > x);
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(points[middle]![0])) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  if (!after) return undefined;
  if (after[0] === x) return after[1];
  const before = points[low - 1];
  if (!before) return undefined;
  return before[1] + ((after[1] - before[1]) * (x - before[0])) / (after[0] - before[0]);
}
