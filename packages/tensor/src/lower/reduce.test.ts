// Reference: worked out by hand.
import { expect, it } from 'vitest';
import { f32, sum, trace } from '../index';
import { Fold } from './fold';
import { partsOf } from './reduce';

/** The fold of a tensor of these sizes over one axis. */
function foldOver(shape: readonly number[], axis: number): Fold {
  const { outputs } = trace({ inputs: { x: f32(...shape) } }, ({ inputs }) => ({
    outputs: { y: sum(inputs.x, axis) },
  }));
  return new Fold(outputs.y!, 1);
}

it.each<[shape: readonly number[], axis: number, longest: number | undefined, parts: number]>([
  // 2048 results are enough to keep lanes busy; across neighbours parts are of 64 elements at most.
  [[256, 2048], 0, undefined, 1],
  [[256, 2048], 0, 64, 4],
  [[257, 2048], 0, 64, 5],
  [[64, 2048], 0, 64, 1],
  // Along a row the cache has what comes next.
  [[2048, 256], 1, 64, 1],
  // Few results of many elements are cut further, whatever the longest.
  [[4096, 8], 0, 64, 128],
])('%j over axis %i in parts of at most %s: %i', (shape, axis, longest, parts) => {
  expect(partsOf(foldOver(shape, axis), longest)).toBe(parts);
});
