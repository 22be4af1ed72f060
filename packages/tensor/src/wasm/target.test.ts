// Reference: what a target promises the planner (packages/tensor/src/plan/target.ts).
import { describe, expect, it } from 'vitest';
import { DeviceError, exp, f32, makePlan, matmul, mul, type Tensor, trace, tuningKey } from '../index';
import { wasmTarget } from './target';

const target = wasmTarget({ relaxed: true, threads: 2 });

/** Key of the first kernel of a function of [5, 8]. */
function keyOf(build: (x: Tensor) => Tensor, on = target): string {
  const graph = trace({ inputs: { x: f32(5, 8) } }, ({ inputs }) => ({ outputs: { y: build(inputs.x) } }));
  return on.keyOf(makePlan(graph, on).kernels[0]!.code);
}

describe('keys', () => {
  it('are equal for kernels that differ in their memory alone', () => {
    const twice = makePlan(
      trace({ inputs: { x: f32(5, 8), y: f32(5, 8) } }, ({ inputs: { x, y } }) => ({
        outputs: { a: exp(x), b: exp(y) },
      })),
      target,
    ).kernels;
    expect(twice.map(({ operands }) => operands[0]!.place.key)).toEqual(['input x@0', 'input y@0']);
    expect(target.keyOf(twice[0]!.code)).toBe(target.keyOf(twice[1]!.code));
  });

  it('differ where the code does', () => {
    expect(keyOf((x) => mul(x, x))).not.toBe(keyOf(exp));
    // It multiplies and adds.
    expect(keyOf(exp, wasmTarget({ relaxed: false, threads: 2 }))).not.toBe(keyOf(exp));
  });
});

it('names its runtime, and its kernels by a digest that does not change', () => {
  expect(target.profile.description).toBe('WebAssembly, relaxed SIMD, 2 threads');
  expect(wasmTarget({ relaxed: false, threads: 1 }).profile.description).toBe('WebAssembly, SIMD, 1 thread');
  const key = tuningKey(target);
  expect(tuningKey(wasmTarget({ relaxed: true, threads: 3 }))).toBe(key);
  expect(key).not.toBe(tuningKey(wasmTarget({ relaxed: false, threads: 2 })));
});

it('keeps no 16-bit floats, and says so', () => {
  const graph = trace({ inputs: { x: f32(4) } }, ({ inputs }) => ({ outputs: { y: exp(inputs.x) } }));
  expect(() => makePlan(graph, target, { storage: 'f16' })).toThrow(DeviceError);
  expect(() => makePlan(graph, target, { storage: 'f16' })).toThrow(
    "storage 'f16': WebAssembly, relaxed SIMD, 2 threads keeps no 16-bit floats; expected storage 'f32'",
  );
});

it('refuses a form of the contraction that there is not', () => {
  const graph = trace({ inputs: { x: f32(16, 16) } }, ({ inputs }) => ({ outputs: { y: matmul(inputs.x, inputs.x) } }));
  expect(() => makePlan(graph, target, { variants: { contract: 'quads' } })).toThrow(
    new RangeError("no form 'quads' of the contraction, expected tiles or plain"),
  );
  const [tiles, plain] = ['tiles', 'plain'].map((contract) => makePlan(graph, target, { variants: { contract } }));
  expect(tiles!.kernels.length).toBeGreaterThan(plain!.kernels.length);
});
