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
