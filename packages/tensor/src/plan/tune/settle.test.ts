// Reference: made-up costs of kernels, some of which two keys share, so that the best choices are known.
import { describe, expect, it } from 'vitest';
import { settle } from './settle';
import type { Choices } from './site';

/** A call and its gradient: expanded, each takes kernels of its own and the shared ones. */
const forward = { own: 1, fused: 2 };
const backward = { own: 4, fused: 5 };
const shared = 2;

/** What both take together; expanded first or fused first by rule. */
function setup(candidates: readonly string[]) {
  const weights = (part: typeof forward) =>
    new Map([
      ['expansion', part.own + shared],
      ['fused', part.fused],
    ]);
  const measured = new Map([
    ['forward', { candidates, weights: weights(forward) }],
    ['backward', { candidates, weights: weights(backward) }],
  ]);
  const total = async (choices: Choices): Promise<number> => {
    const isExpanded = (key: string): boolean => choices.get(key) === 'expansion';
    const parts =
      (isExpanded('forward') ? forward.own : forward.fused) + (isExpanded('backward') ? backward.own : backward.fused);
    return parts + (isExpanded('forward') || isExpanded('backward') ? shared : 0);
  };
  return { measured, total };
}

const choices = (forward: string, backward: string): Choices => new Map(Object.entries({ forward, backward }));

describe('settle', () => {
  // Together: both expanded 7, both fused 7, one of each 8 or more.
  it.each([
    [['expansion', 'fused'], 'expansion'],
    [['fused', 'expansion'], 'fused'],
  ])(
    'leaves no half of a call expanded by itself, and keeps the rule %o where both take as long',
    async (candidates, kept) => {
      const { measured, total } = setup(candidates);
      // By itself the forward takes 2 fused and 3 expanded, the backward 5 and 6.
      expect(await settle(measured, choices('fused', 'fused'), total)).toEqual(choices(kept, kept));
      expect(await settle(measured, choices('fused', 'expansion'), total)).toEqual(choices(kept, kept));
    },
  );

  it('takes what is best together where it is not the rule', async () => {
    const { measured, total } = setup(['fused', 'expansion']);
    const faster = async (c: Choices) => (await total(c)) - (c.get('forward') === 'fused' ? 0 : 1);
    expect(await settle(measured, choices('fused', 'expansion'), faster)).toEqual(choices('expansion', 'expansion'));
  });

  it('leaves the rule for a clear gain only', async () => {
    const one = new Map([['key', { candidates: ['a', 'b'], weights: new Map(Object.entries({ a: 10, b: 9.7 })) }]]);
    const of = async (c: Choices) => (c.get('key') === 'a' ? 10 : 9.7);
    expect(await settle(one, new Map([['key', 'a']]), of)).toEqual(new Map([['key', 'a']]));
    const clear = async (c: Choices) => (c.get('key') === 'a' ? 10 : 9);
    expect(await settle(one, new Map([['key', 'a']]), clear)).toEqual(new Map([['key', 'b']]));
  });

  it('changes nothing where a cost is not known', async () => {
    const { measured } = setup(['fused', 'expansion']);
    const best = choices('fused', 'expansion');
    expect(await settle(measured, best, async () => undefined)).toBe(best);
  });
});
