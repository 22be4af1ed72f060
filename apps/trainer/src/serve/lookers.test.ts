// Reference: the definition, on a clock that the test moves.
import { expect, it } from 'vitest';
import { Lookers } from './lookers';

it('few pages look often, many pages seldom, and closed ones no longer count', () => {
  let now = 0;
  const lookers = new Lookers(() => now);
  for (let i = 0; i < 10; i++) expect(lookers.waitOf('one')).toBe(2000);
  expect(lookers.waitOf(null)).toBe(2000);
  const waits = Array.from({ length: 49 }, (_, i) => lookers.waitOf(`page ${i}`));
  expect(waits.at(-1)).toBe(20_000);
  now = 59_000;
  expect(lookers.waitOf('one')).toBe(20_000);
  now = 61_000;
  expect(lookers.waitOf('one')).toBe(2000);
});

it('names that are made up cost no memory without end', () => {
  const lookers = new Lookers(() => 0);
  for (let i = 0; i < 5000; i++) lookers.waitOf(`page ${i}`);
  expect(lookers.waitOf('x'.repeat(65))).toBe(400_000);
});
