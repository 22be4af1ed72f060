import { bestOf } from './score';
import type { Choices, Decision } from './site';

/** A program whose sites can be tried in different ways. */
export interface Trial {
  /** The decisions of the plan that these choices give, one for each site. */
  decisions(choices: Choices): readonly Decision[];
  /**
   * What a site of each of these keys costs with these choices. Keys come in the order in which they matter; those that
   * time did not suffice for, or that have no site with the choice wanted, are left out.
   */
  measure(choices: Choices, keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export interface SearchOptions {
  /** Choices that are kept without a measurement. */
  readonly known: Choices;
  /** True when no more may be measured. */
  readonly over: () => boolean;
  readonly onRound?: (round: number, rounds: number) => void;
}

/**
 * In round r every site takes its candidate r, and those with fewer candidates the best so far: all sites are timed
 * together, and there are as many programs as the longest list has candidates. Sites that hardly count keep what they
 * have by rule. Returns the known choices and those found; where the time did not suffice, a site keeps what is best so
 * far, and is left out if that is what it has by rule.
 */
export async function searchChoices(trial: Trial, { known, over, onRound }: SearchOptions): Promise<Choices> {
  const open = openSites(trial.decisions(known), known);
  const rounds = Math.max(0, ...[...open.values()].map(({ candidates }) => candidates.length));
  const best = new Map(known);
  let round = 0;
  for (; round < rounds && !over(); round++) {
    onRound?.(round, rounds);
    const tried = heaviest(open).filter(([, { candidates }]) => round < candidates.length);
    const wanted = new Map(best);
    for (const [key, { candidates }] of tried) wanted.set(key, candidates[round]!);
    const keys = tried.map(([key]) => key);
    for (const [key, cost] of await trial.measure(wanted, keys)) {
      const { candidates, costs } = open.get(key)!;
      costs.set(candidates[round]!, cost);
      best.set(key, bestOf(candidates, costs));
    }
  }
  const finished = round === rounds && !over();
  for (const [key, { candidates }] of open) {
    const name = best.get(key) ?? candidates[0]!;
    if (finished || name !== candidates[0]) best.set(key, name);
    else best.delete(key);
  }
  return best;
}

interface OpenSite {
  readonly candidates: readonly string[];
  /** Sites with this key in the plan. */
  count: number;
  /** By candidate, as far as measured. */
  readonly costs: Map<string, number>;
}

/** By key, the sites with something to choose for which no valid choice is known. */
function openSites(decisions: readonly Decision[], known: Choices): Map<string, OpenSite> {
  const open = new Map<string, OpenSite>();
  for (const { key, candidates } of decisions) {
    const seen = open.get(key);
    if (seen) seen.count++;
    else if (candidates.length > 1 && !candidates.includes(known.get(key) ?? '')) {
      open.set(key, { candidates, count: 1, costs: new Map() });
    }
  }
  return open;
}

/** Sites that take this part of the time of all together are not worth the compiles of their candidates. */
const NEGLIGIBLE = 0.02;

/** What all sites of a key cost together when chosen by rule. */
const weight = ({ candidates, count, costs }: OpenSite): number => count * (costs.get(candidates[0]!) ?? 0);

/** Sites by weight, those where there is most to win first, without the lightest. As long as nothing is measured, all. */
function heaviest(open: ReadonlyMap<string, OpenSite>): [string, OpenSite][] {
  const sorted = [...open].sort(([, a], [, b]) => weight(b) - weight(a));
  const total = sorted.reduce((sum, [, site]) => sum + weight(site), 0);
  let heavier = 0;
  return sorted.filter(([, site]) => {
    const counts = heavier <= (1 - NEGLIGIBLE) * total;
    heavier += weight(site);
    return counts;
  });
}
