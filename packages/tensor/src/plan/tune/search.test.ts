// Reference: made-up sites whose costs are known, so that the best candidate of each is known; and a log of what was asked.
import { describe, expect, it } from 'vitest';
import { type SearchOptions, searchChoices, type Trial, type TunedSite } from './search';
import { type Choices, decide } from './site';

/** Cost by candidate, in order of preference, and how many sites there are. */
interface MadeUp {
  readonly count?: number;
  readonly costs: Readonly<Record<string, number>>;
}

/** Measures what is asked until `patience` keys were measured. */
function madeUp(sites: Readonly<Record<string, MadeUp>>, patience = Number.POSITIVE_INFINITY) {
  const rounds: Record<string, string>[] = [];
  let measured = 0;
  const over = (): boolean => measured >= patience;
  const trial: Trial = {
    decisions: (choices) =>
      Object.entries(sites).flatMap(([key, { count = 1, costs }]) => {
        const candidates = Object.keys(costs).map((name) => ({ name }));
        return new Array(count).fill(decide(key, candidates, choices).decision);
      }),
    async measure(choices, keys) {
      rounds.push(Object.fromEntries(keys.map((key) => [key, choices.get(key)!])));
      const found = new Map<string, number>();
      for (const key of keys) {
        if (over()) break;
        measured += 1;
        found.set(key, sites[key]!.costs[choices.get(key)!]!);
      }
      return found;
    },
    together: (choices, keys) =>
      keys.reduce((sum, key) => {
        const { count = 1, costs } = sites[key]!;
        return sum + count * costs[choices.get(key) ?? Object.keys(costs)[0]!]!;
      }, 0),
  };
  const search = (known: Choices = new Map(), more: Partial<SearchOptions> = {}): Promise<Choices> =>
    searchChoices(trial, { known, over, ...more });
  return { rounds, search };
}

const sites = {
  wide: { costs: { a: 5, b: 3, c: 4 } },
  narrow: { costs: { a: 20, b: 21 } },
  fixed: { costs: { only: 1 } },
};

describe('searchChoices', () => {
  it('tries candidate r of all sites in round r, and keeps the best of each', async () => {
    const { rounds, search } = madeUp(sites);
    expect(Object.fromEntries(await search())).toEqual({ wide: 'b', narrow: 'a' });
    expect(rounds).toEqual([{ wide: 'a', narrow: 'a' }, { narrow: 'b', wide: 'b' }, { wide: 'c' }]);
  });

  it('lets sites with fewer candidates keep their best meanwhile', async () => {
    const asked: (string | undefined)[] = [];
    const own = { a: 9, b: 2 };
    const trial: Trial = {
      decisions: (choices) => [
        decide('long', [{ name: 'x' }, { name: 'y' }, { name: 'z' }], choices).decision,
        decide('short', [{ name: 'a' }, { name: 'b' }], choices).decision,
      ],
      async measure(choices, keys) {
        asked.push(choices.get('short'));
        return new Map(keys.map((key) => [key, key === 'short' ? own[choices.get(key) as 'a' | 'b'] : 1]));
      },
      together: () => undefined,
    };
    await searchChoices(trial, { known: new Map(), over: () => false });
    expect(asked).toEqual(['a', 'b', 'b']);
  });

  it('asks first, from the second round on, for what takes most of the whole program', async () => {
    const { rounds, search } = madeUp({
      small: { costs: { a: 1, b: 1 } },
      often: { count: 30, costs: { a: 1, b: 1 } },
      large: { costs: { a: 10, b: 10 } },
    });
    await search();
    expect(Object.keys(rounds[1]!)).toEqual(['often', 'large', 'small']);
  });

  it('tries no second candidate where all that could be won is a fiftieth', async () => {
    const { rounds, search } = madeUp({
      light: { costs: { a: 1, b: 0.5 } },
      heavy: { count: 4, costs: { a: 25, b: 30 } },
    });
    expect(Object.fromEntries(await search())).toEqual({ light: 'a', heavy: 'a' });
    expect(rounds).toEqual([{ light: 'a', heavy: 'a' }, { heavy: 'b' }]);
  });

  it('keeps known choices and measures their sites no more, but for names that are gone', async () => {
    const { rounds, search } = madeUp(sites);
    const known = new Map([
      ['wide', 'c'],
      ['narrow', 'gone'],
      ['a site of another program', 'x'],
    ]);
    expect(Object.fromEntries(await search(known))).toEqual({
      wide: 'c',
      narrow: 'a',
      'a site of another program': 'x',
    });
    expect(rounds).toEqual([{ narrow: 'a' }, { narrow: 'b' }]);
  });

  it('measures nothing where nothing is to choose', async () => {
    const { rounds, search } = madeUp({ fixed: sites.fixed });
    expect(await search()).toEqual(new Map());
    expect(rounds).toEqual([]);
  });

  it.each([
    [0, {}, 'nothing'],
    [2, {}, 'the rules alone'],
    [3, {}, 'one of two candidates that are no better'],
    [4, { wide: 'b' }, 'a better candidate, though a third is not measured'],
    [5, { wide: 'b' }, 'everything, just when time is over'],
  ])('over after %d measurements, it returns %o: it knows %s', async (patience, expected, _) => {
    const { search } = madeUp(sites, patience);
    expect(Object.fromEntries(await search())).toEqual(expected);
  });

  it('decides first what could be expanded, then the sites that this brings', async () => {
    const asked: string[][] = [];
    const names = (...list: string[]) => list.map((name) => ({ name }));
    const costs: Record<string, number> = { fused: 5, expansion: 3, a: 2, b: 1, c: 4, d: 4 };
    const trial: Trial = {
      decisions(choices) {
        const attention = decide('attention', names('fused', 'expansion'), choices).decision;
        const inner = decide('inner', names('a', 'b'), choices).decision;
        return [
          attention,
          decide('other', names('c', 'd'), choices).decision,
          ...(attention.chosen === 'expansion' ? [inner] : []),
        ];
      },
      async measure(choices, keys) {
        asked.push(keys.map((key) => `${key} ${choices.get(key)}`));
        return new Map(keys.map((key) => [key, costs[choices.get(key)!]!]));
      },
      together: (choices, keys) => keys.reduce((sum, key) => sum + costs[choices.get(key)!]!, 0),
    };
    const seen: [number, number][] = [];
    const onRound = (round: number, rounds: number): void => void seen.push([round, rounds]);
    const choices = await searchChoices(trial, { known: new Map(), over: () => false, onRound });
    expect(Object.fromEntries(choices)).toEqual({ attention: 'expansion', other: 'c', inner: 'b' });
    expect(asked).toEqual([
      ['attention fused'],
      ['attention expansion'],
      ['other c', 'inner a'],
      ['other d', 'inner b'],
    ]);
    expect(seen).toEqual([
      [0, 2],
      [1, 2],
      [2, 4],
      [3, 4],
    ]);
  });

  it('keeps what was decided before time was over', async () => {
    const costs = { expansion: 2, fused: 1 };
    const { search } = madeUp({ attention: { costs }, ...sites }, 3);
    expect(Object.fromEntries(await search())).toEqual({ attention: 'fused' });
  });

  it('tells what each candidate of a measured site costs', async () => {
    const told: TunedSite[] = [];
    await madeUp(sites, 4).search(new Map(), { onSite: (site) => told.push(site) });
    expect(told).toEqual([
      { key: 'wide', count: 1, ruled: 'a', chosen: 'b', costs: new Map(Object.entries({ a: 5, b: 3 })) },
      { key: 'narrow', count: 1, ruled: 'a', chosen: 'a', costs: new Map(Object.entries({ a: 20, b: 21 })) },
    ]);
  });

  it('counts rounds', async () => {
    const seen: [number, number][] = [];
    await madeUp(sites).search(new Map(), { onRound: (round, rounds) => seen.push([round, rounds]) });
    expect(seen).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it('passes on what ends a measurement', async () => {
    const { search } = madeUp(sites);
    const over = (): boolean => {
      throw new Error('enough');
    };
    await expect(search(new Map(), { over })).rejects.toThrow('enough');
  });
});
