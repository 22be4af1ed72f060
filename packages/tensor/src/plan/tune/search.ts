import { EXPANSION } from '../candidate';
import { bestOf } from './score';
import { type Measured, settle } from './settle';
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
  /**
   * What all sites of these keys take together with these choices, from costs measured before; a kernel that several of
   * them share counts once. Undefined where a kernel was not measured.
   */
  together(choices: Choices, keys: readonly string[]): number | undefined;
}

/** A key whose choice was measured. */
export interface TunedSite {
  readonly key: string;
  /** Sites with this key in the program. */
  readonly count: number;
  /** What the rule chooses. */
  readonly ruled: string;
  readonly chosen: string;
  /** Milliseconds of one site, compile time spread over many runs included, by candidate as far as measured. */
  readonly costs: ReadonlyMap<string, number>;
}

export interface SearchOptions {
  /** Choices that are kept without a measurement. */
  readonly known: Choices;
  /** True when no more may be measured. */
  readonly over: () => boolean;
  /** Rounds are counted from the start of the search; how many there will be grows when choices bring sites along. */
  readonly onRound?: (round: number, rounds: number) => void;
  /** Told of each key that was measured, once it is decided. */
  readonly onSite?: (site: TunedSite) => void;
}

/**
 * In round r every site takes its candidate r, and those with fewer candidates the best so far: sites are timed
 * together, and there are as many programs as the longest list has candidates. Calls that could be expanded come before
 * the others, since an expansion brings sites of its own. Sites that hardly count keep what they have by rule. Returns
 * the known choices and those found; where the time did not suffice, a site keeps what is best so far, and is left out
 * if that is what it has by rule.
 */
export async function searchChoices(trial: Trial, options: SearchOptions): Promise<Choices> {
  let best = new Map(options.known);
  let rounds = 0;
  for (;;) {
    const open = openSites(trial.decisions(best), best);
    if (open.size === 0) return best;
    const before = rounds;
    rounds += Math.max(...[...open.values()].map(({ candidates }) => candidates.length));
    const result = await searchSites(trial, open, best, {
      ...options,
      onRound: (round) => options.onRound?.(before + round, rounds),
    });
    best = result.best;
    if (!result.finished) return best;
  }
}

async function searchSites(
  trial: Trial,
  open: ReadonlyMap<string, OpenSite>,
  known: Choices,
  { over, onRound, onSite }: SearchOptions,
): Promise<{ readonly best: Map<string, string>; readonly finished: boolean }> {
  const rounds = Math.max(...[...open.values()].map(({ candidates }) => candidates.length));
  let best = new Map(known);
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
  if (finished && [...open.values()].some(({ candidates }) => candidates.includes(EXPANSION))) {
    const keys = [...open.keys()];
    const total = async (choices: Choices): Promise<number | undefined> => {
      await nextTurn();
      return over() ? undefined : trial.together(choices, keys);
    };
    best = new Map(await settle(measuredOf(open), best, total));
  }
  for (const [key, { candidates, costs, count }] of open) {
    const ruled = candidates[0]!;
    const chosen = best.get(key) ?? ruled;
    if (finished || chosen !== ruled) best.set(key, chosen);
    else best.delete(key);
    if (costs.size > 0) onSite?.({ key, count, ruled, chosen, costs });
  }
  return { best, finished };
}

interface OpenSite {
  readonly candidates: readonly string[];
  /** Sites with this key in the plan. */
  count: number;
  /** By candidate, as far as measured. */
  readonly costs: Map<string, number>;
}

/**
 * By key, the sites to choose for next: those with something to choose for which no valid choice is known, and only those
 * that could be expanded as long as there are any.
 */
function openSites(decisions: readonly Decision[], known: Choices): ReadonlyMap<string, OpenSite> {
  const open = new Map<string, OpenSite>();
  for (const { key, candidates } of decisions) {
    const seen = open.get(key);
    if (seen) seen.count++;
    else if (candidates.length > 1 && !candidates.includes(known.get(key) ?? '')) {
      open.set(key, { candidates, count: 1, costs: new Map() });
    }
  }
  const expandable = [...open].filter(([, { candidates }]) => candidates.includes(EXPANSION));
  return expandable.length > 0 ? new Map(expandable) : open;
}

/** Planning takes a while: a signal is heard in between. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const measuredOf = (open: ReadonlyMap<string, OpenSite>): ReadonlyMap<string, Measured> =>
  new Map(
    [...open].map(([key, { candidates, count, costs }]) => {
      const weights = new Map([...costs].map(([name, cost]) => [name, count * cost]));
      return [key, { candidates, weights }];
    }),
  );

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
