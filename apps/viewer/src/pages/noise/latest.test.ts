// The definition itself: which requests are run, by hand.
import { describe, expect, it } from 'vitest';
import { createLatest } from './latest';

/** Requests that end when the test says so, and what became of them. */
function open() {
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const latest = createLatest<string>(async (value, signal) => {
    log.push(`begin ${value}`);
    await new Promise<void>((resolve) => ends.push(resolve));
    log.push(`${signal.aborted ? 'abort' : 'end'} ${value}`);
    if (signal.aborted) throw new Error('aborted');
  });
  const end = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { latest, log, end };
}

describe('the latest request', () => {
  it('aborts the one under way; those between are never begun', async () => {
    const { latest, log, end } = open();
    latest.request('a');
    latest.request('b');
    latest.request('c');
    expect(log).toEqual(['begin a']);
    await end();
    await end();
    expect(log).toEqual(['begin a', 'abort a', 'begin c', 'end c']);
  });

  it('is begun at once where nothing is under way', async () => {
    const { latest, log, end } = open();
    latest.request('a');
    await end();
    latest.request('b');
    expect(log).toEqual(['begin a', 'end a', 'begin b']);
  });

  it('is dropped by a stop', async () => {
    const { latest, log, end } = open();
    latest.request('a');
    latest.request('b');
    latest.stop();
    await end();
    expect(log).toEqual(['begin a', 'abort a']);
  });
});
