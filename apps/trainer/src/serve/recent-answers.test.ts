// Reference: the definition, on a clock that the test moves.
import { expect, it } from 'vitest';
import { RecentAnswers } from './recent-answers';

const answer = (body: string) => ({ status: 200, headers: {}, body });

it('the same request gets the same answer for half a second, another one does not', () => {
  let now = 0;
  const recent = new RecentAnswers(() => now);
  recent.keep('a/stats.jsonl', { range: 'bytes=5-' }, answer('five'));
  expect(recent.find('a/stats.jsonl', { range: 'bytes=5-' })?.body).toBe('five');
  for (const other of [{}, { range: 'bytes=6-' }, { range: 'bytes=5-', 'if-none-match': '"x"' }]) {
    expect(recent.find('a/stats.jsonl', other)).toBeUndefined();
  }
  expect(recent.find('b/stats.jsonl', { range: 'bytes=5-' })).toBeUndefined();
  now = 500;
  expect(recent.find('a/stats.jsonl', { range: 'bytes=5-' })).toBeUndefined();
});

it('few are held', () => {
  const recent = new RecentAnswers(() => 0);
  for (let i = 0; i < 1000; i++) recent.keep(`${i}`, {}, answer(''));
  const held = Array.from({ length: 1000 }, (_, i) => recent.find(`${i}`, {})).filter(Boolean);
  expect(held.length).toBeLessThanOrEqual(64);
  expect(held.length).toBeGreaterThan(0);
});
