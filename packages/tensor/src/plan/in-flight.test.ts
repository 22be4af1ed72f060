// Reference: a device that does one run after another, on a clock that is moved by hand.
import { describe, expect, it } from 'vitest';
import { InFlight, MOST_IN_FLIGHT } from './in-flight';

/** A device whose runs take `each` milliseconds; the most that a loop has under way after it was let on. */
async function mostUnderWay(each: number, runs: number): Promise<number> {
  let time = 0;
  const underWay: (() => void)[] = [];
  const flight = new InFlight(() => time);
  let most = 0;
  for (let run = 0; run < runs; run++) {
    const end = new Promise<void>((resolve) => underWay.push(resolve));
    let admitted = false;
    const added = flight.add(end).then(() => {
      admitted = true;
    });
    await turn();
    while (!admitted) {
      time += each;
      underWay.shift()!();
      await turn();
    }
    await added;
    most = Math.max(most, underWay.length);
  }
  return most;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('InFlight', () => {
  it('lets one long run be under way when the next is made', async () => {
    expect(await mostUnderWay(50, 10)).toBe(1);
    expect(await mostUnderWay(11, 10)).toBe(1);
  });

  it('lets as many short ones be under way as 20 ms hold, and no more than that many', async () => {
    const several = await mostUnderWay(2, 60);
    expect(several).toBeGreaterThan(5);
    // What was partly done when a run was submitted makes runs look shorter, by half at most.
    expect(several).toBeLessThan(20);
    expect(await mostUnderWay(0.01, 200)).toBe(MOST_IN_FLIGHT - 1);
  });

  it('waits, once they are that many, until half of them are done', async () => {
    const flight = new InFlight(() => 0);
    const ends: (() => void)[] = [];
    const add = () => flight.add(new Promise<void>((resolve) => ends.push(resolve)));
    await add();
    ends.shift()!();
    await turn();
    for (let run = 0; run < MOST_IN_FLIGHT - 2; run++) await add();
    let admitted = false;
    const last = add().then(() => {
      admitted = true;
    });
    for (let done = 1; done < MOST_IN_FLIGHT / 2 - 1; done++) {
      ends.shift()!();
      await turn();
      expect(admitted, `${done} done`).toBe(false);
    }
    ends.shift()!();
    await last;
  });

  it('takes no run for short because the host looked late', async () => {
    let time = 0;
    const flight = new InFlight(() => time);
    const ends: (() => void)[] = [];
    const add = () => flight.add(new Promise<void>((resolve) => ends.push(resolve)));
    await add();
    const second = add();
    // Both are done while the host does something else.
    time += 400;
    for (const end of ends.splice(0)) end();
    await second;
    let admitted = false;
    await add();
    add().then(() => {
      admitted = true;
    });
    await turn();
    expect(admitted).toBe(false);
  });

  it('throws what a run failed with, in the call that waits for it', async () => {
    const flight = new InFlight();
    await flight.add(Promise.reject(new Error('lost')));
    await expect(flight.add(Promise.resolve())).rejects.toThrow('lost');
  });
});
