// Reference: the promises of the doc comments, on a clock that only the test moves.
import { describe, expect, test } from 'vitest';
import { Parking } from './parking';

/** An event loop with a clock of its own: a turn takes `polling` ms, and a sleep as long as it says. */
function eventLoop(polling = 0.02) {
  let now = 0;
  let next: (() => void) | undefined;
  const sleeps: number[] = [];
  const parking = new Parking({
    now: () => now,
    nextTurn: (callback) => {
      next = callback;
    },
    sleep: (milliseconds) => {
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  });
  return {
    parking,
    sleeps,
    time: () => now,
    /** @returns whether anything was waiting for this turn */
    turn: (busy = 0) => {
      now += polling + busy;
      const callback = next;
      next = undefined;
      callback?.();
      return callback !== undefined;
    },
  };
}

const awaited = () => {
  let settle!: { resolve: (value: number) => void; reject: (error: Error) => void };
  const promise = new Promise<number>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};

describe('Parking', () => {
  test('sleeps for most of a long wait, but never longer than 5 % of it or half a millisecond', () => {
    const loop = eventLoop();
    void loop.parking.during(awaited().promise);
    for (let i = 0; i < 2000; i++) {
      const before = loop.time();
      const count = loop.sleeps.length;
      loop.turn();
      const slept = loop.sleeps.slice(count);
      expect(slept.length).toBeLessThanOrEqual(1);
      expect(slept[0] ?? 0).toBeLessThanOrEqual(Math.min(0.5, 0.05 * (before + 0.02)) + 1e-9);
    }
    const slept = loop.sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(slept / loop.time()).toBeGreaterThan(0.9);
  });

  test('a turn with other work in it starts the wait over', () => {
    const loop = eventLoop();
    void loop.parking.during(awaited().promise);
    for (let i = 0; i < 1000; i++) loop.turn();
    const before = loop.sleeps.length;
    loop.turn(3);
    expect(loop.sleeps.length).toBe(before);
    for (let i = 0; i < 1000; i++) loop.turn();
    expect(loop.sleeps.length).toBeGreaterThan(before);
    expect(loop.sleeps.at(-1)).toBe(0.5);
  });

  test('turns as long as anything is awaited, and no longer', async () => {
    const loop = eventLoop();
    const [first, second] = [awaited(), awaited()];
    const [one, two] = [loop.parking.during(first.promise), loop.parking.during(second.promise)];
    first.resolve(1);
    expect(await one).toBe(1);
    expect(loop.turn()).toBe(true);
    expect(loop.turn()).toBe(true);
    second.reject(new Error('lost'));
    await expect(two).rejects.toThrow('lost');
    expect(loop.turn()).toBe(true);
    expect(loop.turn()).toBe(false);
    void loop.parking.during(awaited().promise);
    expect(loop.turn()).toBe(true);
  });
});
