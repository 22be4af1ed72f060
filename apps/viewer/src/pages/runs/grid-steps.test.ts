// Reference: the definition, on grids made up here.
import { expect, it } from 'vitest';
import { gridAt, gridSteps } from './grid-steps';

const grid = (step: number | undefined) => ({ step, image: `${step}` });
const [short, long] = [
  [grid(100), grid(200), grid(undefined)],
  [grid(150), grid(300)],
];

it('all steps of all runs, those at the end last', () => {
  expect(gridSteps([short, long])).toEqual([100, 150, 200, 300, Infinity]);
  expect(gridSteps([])).toEqual([]);
});

it('a run shows what it had last', () => {
  expect([99, 100, 170, 250, Infinity].map((step) => gridAt(short, step)?.image)).toEqual([
    undefined,
    '100',
    '100',
    '200',
    'undefined',
  ]);
  expect(gridAt(long, Infinity)?.image).toBe('300');
});
