// Reference: the same network without recomputation, in values and gradients; its plan, in memory.
import { describe, expect, it } from 'vitest';
import * as ops from '../index';
import { f32, type Graph, givenTarget, type Tensor, trace } from '../index';
import { interpret } from '../oracle/interpret';
import { makePlan } from '../plan/plan';
import { compiledBackends } from '../testing/backends';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';

const BLOCKS = 6;
const spec = { inputs: { x: f32(64, 32), w: f32(32, 128), v: f32(128, 32), b: f32(128), c: f32(32) } } as const;

/** A chain of residual blocks that share weights, and the gradients of its sum of squares. */
function network(again: boolean): Graph {
  return trace(spec, ({ inputs: { x, w, v, b, c } }) => {
    const block = (...[h, w1, v1, b1, c1]: Tensor[]): Tensor[] => [
      ops.add(h!, ops.linear(ops.linear(h!, w1!, b1!, { activation: 'gelu' }), v1!, c1!)),
    ];
    let h: Tensor = x;
    for (let i = 0; i < BLOCKS; i++)
      [h] = (again ? ops.recompute(block, [h, w, v, b, c]) : block(h, w, v, b, c)) as [Tensor];
    const gradients = ops.grad(ops.sum(ops.square(h)), { x, w, v, b, c });
    return { outputs: { h, dx: gradients.x, dw: gradients.w, dv: gradients.v, db: gradients.b, dc: gradients.c } };
  });
}

const inputs = Object.fromEntries(
  Object.entries(spec.inputs).map(([name, { shape }], i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, Float32Array.from(spread(size, i + 1), (value) => value * 0.2)];
  }),
);

describe('recompute', () => {
  it('changes no value and no gradient', () => {
    const [plain, again] = [interpret(network(false), { inputs }), interpret(network(true), { inputs })];
    for (const [name, values] of Object.entries(plain.outputs)) expect(again.outputs[name]).toEqual(values);
  });

  it.each(compiledBackends)('runs on %s as on the oracle', async (_name, open) => {
    using backend = await open();
    expect(await worstError(backend, network(true), { inputs })).toBeLessThan(2e-5);
  });

  it('keeps less: the hidden layers of one block in place of those of all', () => {
    const plain = makePlan(network(false), givenTarget);
    const again = makePlan(network(true), givenTarget);
    // Each block keeps the hidden layer before and after its activation, 64 × 128 f32 each.
    const saved = 2 * (BLOCKS - 1) * 64 * 128 * 4;
    expect(plain.liveBound - again.liveBound).toBeGreaterThan(saved / 2);
    expect(again.kernels.length).toBeGreaterThan(plain.kernels.length);
  });
});
