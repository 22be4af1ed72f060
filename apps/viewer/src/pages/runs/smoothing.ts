/**
 * A running mean in which what came before weighs `share` as much as all that is; begun without bias. Points that are no
 * number are left out.
 */
export function smoothed(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  share: number,
): { readonly xs: number[]; readonly ys: number[] } {
  const out = { xs: [] as number[], ys: [] as number[] };
  let [sum, weight] = [0, 0];
  for (let i = 0; i < ys.length; i++) {
    const [x, y] = [xs[i]!, ys[i]!];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    sum = share * sum + (1 - share) * y;
    weight = share * weight + (1 - share);
    out.xs.push(x);
    out.ys.push(sum / weight);
  }
  return out;
}
