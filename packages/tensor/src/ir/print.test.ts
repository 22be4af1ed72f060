// Reference: the graph as it was written.
import { expect, it } from 'vitest';
import { f32, linear, printGraph, scope, softmax, sum, trace } from '../index';

it('prints a graph line by line', () => {
  const graph = trace({ inputs: { x: f32(2, 3) }, state: { w: f32(3, 4), b: f32(4) } }, ({ inputs, state }) => ({
    outputs: { y: scope('head', () => sum(softmax(linear(inputs.x, state.w, state.b, { activation: 'relu' })), 0)) },
  }));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "%0 = input x() f32[2,3]
    %1 = state w+0() f32[3,4]
    %2 = state b+0() f32[4]
    %3 = linear.0(%0, %1, %2) f32[2,4]  # head
    %4 = softmax.0(%3) f32[2,4]  # head
    %5 = sum over [0](%4) f32[4]  # head
    output y = %5"
  `);
});
