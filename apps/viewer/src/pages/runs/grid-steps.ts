import type { RunGrid } from './run-view';

/** Steps at which any of some runs has a grid, rising; Infinity for those at the end. */
export function gridSteps(runs: readonly (readonly RunGrid[])[]): readonly number[] {
  return [...new Set(runs.flatMap((grids) => grids.map(({ step = Infinity }) => step)))].sort((a, b) => a - b);
}

/** The last grid of a run up to a step; undefined before its first. */
export const gridAt = (grids: readonly RunGrid[], step: number): RunGrid | undefined =>
  grids.findLast(({ step: at = Infinity }) => at <= step);
