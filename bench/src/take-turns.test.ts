import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { takeTurns } from './take-turns';
import { Turns } from './turns';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process in its first turn, and what it is told. */
async function player(turns: Turns, timeoutMs: number) {
  const said: string[] = [];
  const child = Object.assign(new EventEmitter(), {
    send: (word: unknown) => said.push(`${word}`) > 0,
    kill: () => said.push('killed') > 0,
  });
  takeTurns(child as unknown as ChildProcess, { end: await turns.take(), turns, timeoutMs });
  return { child, said };
}

it('waiting for a turn does not count as taking long, all turns together do', async () => {
  const turns = new Turns();
  const { child, said } = await player(turns, 100);
  await vi.advanceTimersByTimeAsync(60);
  const others = turns.take();
  child.emit('message', 'turn');
  const end = await others;
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual([]);
  end();
  await vi.advanceTimersByTimeAsync(39);
  expect(said).toEqual(['go']);
  await vi.advanceTimersByTimeAsync(2);
  expect(said).toEqual(['go', 'killed']);
});

it('a process that ends gives its turn back, and one that ended while it waited takes none', async () => {
  const turns = new Turns();
  const { child, said } = await player(turns, 100);
  const others = turns.take();
  child.emit('message', 'turn');
  const end = await others;
  child.emit('close');
  end();
  (await turns.take())();
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual([]);
});
