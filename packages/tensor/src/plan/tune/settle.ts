import { MARGIN } from './score';
import type { Choices } from './site';

/** A key whose candidates were each measured by themselves. */
export interface Measured {
  /** Best first by rule. */
  readonly candidates: readonly string[];
  /** Milliseconds of all sites of the key, by candidate, as far as known. */
  readonly weights: ReadonlyMap<string, number>;
}

/** Milliseconds that the sites of all keys take together; undefined where it is not known. */
type Total = (choices: Choices) => Promise<number | undefined>;

/**
 * Sites whose calls are expanded may share kernels, as attention and its gradient share the weights, so the best of each
 * by itself need not be the best of all together. Begins with the choices by rule and with `best`, changes one key at a
 * time as long as all take less together, and returns the better of the two ends. `best` where costs are missing.
 */
export async function settle(measured: ReadonlyMap<string, Measured>, best: Choices, total: Total): Promise<Choices> {
  const ruled = new Map(best);
  for (const [key, { candidates }] of measured) ruled.set(key, candidates[0]!);
  const once = remembered([...measured.keys()], total);
  const first = await descend(ruled, measured, once);
  const second = await descend(best, measured, once);
  if (!first || !second) return best;
  return second.cost < first.cost ? second.choices : first.choices;
}

/** Both ways down come past the same choices. */
function remembered(keys: readonly string[], total: Total): Total {
  const known = new Map<string, number | undefined>();
  return async (choices) => {
    const id = JSON.stringify(keys.map((key) => choices.get(key)));
    if (!known.has(id)) known.set(id, await total(choices));
    return known.get(id);
  };
}

interface End {
  readonly choices: Choices;
  readonly cost: number;
}

async function descend(
  start: Choices,
  measured: ReadonlyMap<string, Measured>,
  total: Total,
): Promise<End | undefined> {
  const cost = await total(start);
  if (cost === undefined) return undefined;
  let end: End = { choices: start, cost };
  for (let moved = true; moved; ) {
    moved = false;
    for (const [key, { candidates, weights }] of measured) {
      const others = candidates.filter((name) => weights.has(name) && name !== end.choices.get(key));
      for (const candidate of others) {
        const choices = new Map(end.choices).set(key, candidate);
        const next = await total(choices);
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
