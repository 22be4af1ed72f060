/** Runs over which the time to compile a kernel is spread: a faster kernel has to earn its longer compile. */
export const EXPECTED_RUNS = 2000;

export interface KernelCost {
  /** Of one dispatch. */
  readonly milliseconds: number;
  /** Until the first dispatch can run. */
  readonly compileMilliseconds: number;
}

/** Repeated timings of one kernel differ by less than this part; a choice leaves the rule's for more only. */
export const MARGIN = 0.05;

/**
 * Milliseconds that a site takes of every run, on average over sites with the same kernels but for what they load and
 * store: dispatches, and the compile time spread over the runs expected. Kernels of equal keys are compiled once.
 *
 * @param sites the keys of each site's kernels, see `Target.keyOf`
 * @returns undefined where the cost of one of the kernels is not known
 */
export function siteCost(
  sites: readonly (readonly string[])[],
  costs: ReadonlyMap<string, KernelCost>,
): number | undefined {
  const dispatched = sites.flat();
  if (sites.length === 0 || !dispatched.every((key) => costs.has(key))) return undefined;
  const sum = (keys: readonly string[], of: (cost: KernelCost) => number): number =>
    keys.reduce((total, key) => total + of(costs.get(key)!), 0);
  const running = sum(dispatched, (cost) => cost.milliseconds);
  const compiling = sum([...new Set(dispatched)], (cost) => cost.compileMilliseconds);
  return (running + compiling / EXPECTED_RUNS) / sites.length;
}

/** The cheapest of the candidates whose cost is known; the first of all unless another is clearly cheaper. */
export function bestOf(candidates: readonly string[], costs: ReadonlyMap<string, number>): string {
  const first = candidates[0]!;
  const limit = (1 - MARGIN) * (costs.get(first) ?? 0);
  const better = candidates.filter((name) => (costs.get(name) ?? Number.POSITIVE_INFINITY) < limit);
  return better.reduce((a, b) => (costs.get(a)! <= costs.get(b)! ? a : b), better[0] ?? first);
}
