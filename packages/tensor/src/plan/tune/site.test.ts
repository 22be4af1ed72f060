// Reference: the rule itself: the choice where it is a candidate, else the first candidate.
import { expect, it } from 'vitest';
import { decide } from './site';

const candidates = [{ name: 'a' }, { name: 'b' }];

it.each([
  [new Map(), 'a'],
  [new Map([['site', 'b']]), 'b'],
  [new Map([['site', 'gone']]), 'a'],
  [new Map([['another site', 'b']]), 'a'],
])('%o takes %s', (choices, chosen) => {
  const { candidate, decision } = decide('site', candidates, choices);
  expect(candidate.name).toBe(chosen);
  expect(decision).toEqual({ key: 'site', candidates: ['a', 'b'], chosen });
});
