/** One size and what it cost. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** cost = fixed + each · x, by least squares of relative errors, so that small sizes count as much as large ones. */
export interface Line {
  readonly fixed: number;
  readonly each: number;
  /** The largest |fit − y| / y. */
  readonly worst: number;
}

/** @throws RangeError for fewer than two different sizes, or a cost that is not positive */
export function fitLine(points: readonly Point[]): Line {
  if (new Set(points.map(({ x }) => x)).size < 2) throw new RangeError('a line needs two different sizes');
  if (points.some(({ y }) => !(y > 0))) throw new RangeError('a cost is not above 0');
  // Minimises Σ ((fixed + each·x − y) / y)²: ordinary least squares with weights 1/y².
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const { x, y } of points) {
    const weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
  }
  const each = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const fixed = (wy - each * wx) / w;
  const worst = Math.max(...points.map(({ x, y }) => Math.abs(fixed + each * x - y) / y));
  return { fixed, each, worst };
}

/** The exponent p of y ~ x^p between two sizes: 1 is linear, 0 constant, 2 quadratic. */
export const exponent = (from: Point, to: Point): number => Math.log(to.y / from.y) / Math.log(to.x / from.x);
