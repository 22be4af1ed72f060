// Reference: the definition in the docstrings; frames and tasks are those of a small browser made here.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { turn } from './turns';

let frames: (() => void)[] = [];
let tasks: (() => void)[] = [];
const page = { hidden: false };

/** Shows a frame, then does what waits as a task. */
function go(): void {
  for (const act of frames.splice(0)) act();
  for (const act of tasks.splice(0)) act();
}

beforeEach(() => {
  [frames, tasks, page.hidden] = [[], [], false];
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
  vi.stubGlobal('setTimeout', (act: () => void) => tasks.push(act));
});
afterEach(() => {
  // What was asked for last has its turn.
  for (let i = 0; i < 9; i++) go();
  vi.unstubAllGlobals();
});

it('each has a frame and a task of its own, in the order of asking', () => {
  const done: string[] = [];
  turn(() => {
    done.push('a');
    turn(() => done.push('asked by a'));
  });
  turn(() => done.push('b'));
  const seen = Array.from({ length: 5 }, () => {
    go();
    return done.join(', ');
  });
  expect(seen).toEqual(['a', 'a, b', 'a, b, asked by a', 'a, b, asked by a', 'a, b, asked by a']);
  turn(() => done.push('later'));
  go();
  expect(done.at(-1)).toBe('later');
});

it('nothing comes before the frame is shown, unless nobody looks', () => {
  const done: string[] = [];
  turn(() => done.push('shown'));
  expect([frames.length, tasks.length, done]).toEqual([1, 0, []]);
  go();
  go();
  page.hidden = true;
  turn(() => done.push('hidden'));
  expect([frames.length, tasks.length]).toEqual([0, 1]);
  go();
  expect(done).toEqual(['shown', 'hidden']);
});

it('one can be called off, and one that fails holds up no other', () => {
  const done: string[] = [];
  const callOff = turn(() => done.push('never'));
  turn(() => {
    throw new Error('planted');
  });
  turn(() => done.push('next'));
  callOff();
  expect(go).toThrow('planted');
  go();
  expect(done).toEqual(['next']);
});
