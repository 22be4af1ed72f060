// Reference: the definition in the docstring, with a clock and signals that are handed in.
import { expect, it } from 'vitest';
import { Interruption, type SignalSource } from './interruption';

function setUp() {
  const listeners = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>();
  const exits: number[] = [];
  const source: SignalSource = {
    on: (signal, listener) => listeners.set(signal, listener),
    exit: (n) => exits.push(n),
  };
  const clock = { now: 0 };
  const told: string[] = [];
  const interruption = new Interruption(
    source,
    () => told.push('ends'),
    () => clock.now,
  );
  return { clock, exits, interruption, listeners, told, send: (name: NodeJS.Signals) => listeners.get(name)?.(name) };
}

it('leaves signals alone until somebody listens', () => {
  const { interruption, listeners } = setUp();
  expect(listeners.size).toBe(0);
  interruption.listen();
  interruption.listen();
  expect([...listeners.keys()]).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
});

it('the first signal aborts, its copies do nothing, a later one ends the process', () => {
  const { clock, exits, interruption, send, told } = setUp();
  const signal = interruption.listen();
  send('SIGTERM');
  expect([signal.aborted, interruption.exitCode, told]).toEqual([true, 143, ['ends']]);
  clock.now = 400;
  send('SIGTERM');
  expect(exits).toEqual([]);
  clock.now = 600;
  send('SIGINT');
  expect(exits).toEqual([130]);
});

it('a terminal that hangs up again and again does not end the process at once', () => {
  const { clock, exits, interruption, send } = setUp();
  interruption.listen();
  send('SIGHUP');
  clock.now = 60_000;
  send('SIGHUP');
  expect([interruption.exitCode, exits]).toEqual([129, []]);
});

it('a request made before anybody listens holds', () => {
  const { interruption, told } = setUp();
  interruption.request();
  expect([interruption.listen().aborted, interruption.exitCode, told]).toEqual([true, 130, []]);
});
