import { MARGIN } from './score';
import type { Choices } from './site';

/** A key whose candidates were each measured by themselves. */
export interface Measured {
  /** Best first by rule. */
  readonly candidates: readonly string[];
  /** Milliseconds of all sites of the key, by candidate, as far as known. */
  readonly weights: ReadonlyMap<string, number>;
}

/**
 * Sites whose calls are expanded may share kernels, as attention and its gradient share the weights, so the best of each
 * by itself need not be the best of all together. Begins with the choices by rule and with `best`, changes one key at a
 * time as long as all take less together, and returns the better of the two ends. `best` where costs are missing.
 *
 * @param total milliseconds that the sites of all keys take together; undefined where it is not known
 */
export function settle(
  measured: ReadonlyMap<string, Measured>,
  best: Choices,
  total: (choices: Choices) => number | undefined,
): Choices {
  const ruled = new Map(best);
  for (const [key, { candidates }] of measured) ruled.set(key, candidates[0]!);
  const ends = [ruled, best].flatMap((start) => descend(start, measured, total) ?? []);
  const [first, second] = ends;
  if (!first || !second) return best;
  return second.cost < first.cost ? second.choices : first.choices;
}

interface End {
  readonly choices: Choices;
  readonly cost: number;
}

function descend(
  start: Choices,
  measured: ReadonlyMap<string, Measured>,
  total: (choices: Choices) => number | undefined,
): End | undefined {
  const cost = total(start);
  if (cost === undefined) return undefined;
  let end: End = { choices: start, cost };
  for (let moved = true; moved; ) {
    moved = false;
    for (const [key, { candidates, weights }] of measured) {
      for (const candidate of candidates.filter((name) => weights.has(name) && name !== end.choices.get(key))) {
        const choices = new Map(end.choices).set(key, candidate);
        const next = total(choices);
        // The rule is left for more than what two timings of a kernel differ by.
        const least = candidate === candidates[0] ? 0 : MARGIN * weights.get(candidate)!;
        if (next === undefined || next >= end.cost - least) continue;
        end = { choices, cost: next };
        moved = true;
      }
    }
  }
  return end;
}
