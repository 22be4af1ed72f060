// Reference: the order of the calls, written down as they are done.
import { expect, it } from 'vitest';
import { Order } from './order';

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('does one thing after the other, and what waits for nothing at once', async () => {
  const order = new Order();
  const done: string[] = [];
  order.soon(() => void done.push('at once'));
  expect(done).toEqual(['at once']);
  const first = order.add(async () => {
    await later();
    done.push('first');
    return 1;
  });
  expect(order.idle).toBe(false);
  order.soon(() => void done.push('soon'));
  const second = order.add(() => done.push('second'));
  expect(await first).toBe(1);
  await second;
  expect(order.idle).toBe(true);
  expect(done).toEqual(['at once', 'first', 'soon', 'second']);
});

it('goes on after what fails, and tells whoever waits for it alone', async () => {
  const order = new Order();
  const failing = order.add(async () => {
    await later();
    throw new Error('a kernel failed');
  });
  order.soon(() => {
    throw new Error('nobody waits for this');
  });
  const next = order.add(() => 2);
  await expect(failing).rejects.toThrow('a kernel failed');
  expect(await next).toBe(2);
  expect(order.idle).toBe(true);
  expect(() =>
    order.soon(() => {
      throw new Error('thrown here');
    }),
  ).toThrow('thrown here');
});

it('begins runs while runs before them are under way, and what the host does when all of them are done', async () => {
  const order = new Order();
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string): Promise<void> =>
    order.addRun(() => {
      seen.push(`${name} begins`);
      return new Promise((resolve) => ends.push(resolve));
    });
  void run('one');
  void run('two');
  const read = order.add(() => void seen.push('read'));
  void run('three');
  await later();
  expect(seen).toEqual(['one begins', 'two begins']);
  ends[1]!();
  await later();
  expect(seen).toHaveLength(2);
  ends[0]!();
  await read;
  await later();
  expect(seen).toEqual(['one begins', 'two begins', 'read', 'three begins']);
  expect(order.idle).toBe(false);
  ends[2]!();
  await later();
  expect(order.idle).toBe(true);
});

it('reads after a run that fails', async () => {
  const order = new Order();
  const failing = order.addRun(() => Promise.reject(new Error('a kernel failed')));
  const read = order.add(() => 'read');
  await expect(failing).rejects.toThrow('a kernel failed');
  expect(await read).toBe('read');
});
