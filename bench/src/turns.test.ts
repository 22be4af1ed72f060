import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns';

it('are had by one at a time, in the order of asking', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const player = async (name: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const end = await turns.take();
      log.push(`${name} begins`);
      await wait(name === 'a' ? 5 : 1);
      log.push(`${name} ends`);
      end();
    }
  };
  await Promise.all([player('a', 2), player('b', 3), player('c', 1)]);
  const order = ['a', 'b', 'c', 'a', 'b', 'b'];
  expect(log).toEqual(order.flatMap((name) => [`${name} begins`, `${name} ends`]));
});

it('that are over count no more', async () => {
  const turns = new Turns();
  const end = await turns.take();
  end();
  end();
  const second = await turns.take();
  let third = false;
  const waiting = turns.take().then(() => {
    third = true;
  });
  await wait(5);
  expect(third).toBe(false);
  second();
  await waiting;
});
