// References: what a core can issue in a cycle; the plan's own kernels.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile, f32, measureCeilings, mul, sum } from '../../index';
import type { Wasm } from '../backend';
import { openWasm } from '../open';

let wasm: Wasm;
beforeAll(async () => {
  wasm = await openWasm({ threads: 1 });
});
afterAll(() => wasm.destroy());

it('measures ceilings, and gives its memory back', async () => {
  const before = wasm.liveBytes;
  const { counted, overlap, ...rates } = await measureCeilings(wasm);
  expect(counted).toBe('issued');
  expect(Object.values(rates).every((rate) => rate > 0 && Number.isFinite(rate))).toBe(true);
  expect(overlap).toBeGreaterThanOrEqual(0);
  expect(overlap).toBeLessThanOrEqual(1);
  // No core begins more than 4 vectors of 4 lanes in a cycle, of which it has at most 7·10⁹ in a second.
  expect(rates.flopsPerSecond).toBeLessThan(2 * 4 * 4 * 7e9);
  expect(rates.loadsPerSecond).toBeLessThan(4 * 4 * 7e9);
  expect(wasm.liveBytes).toBe(before);
});

it('profiles every kernel in the order of the plan and changes no input', async () => {
  using program = await compile(wasm, { inputs: { x: f32(64, 64) } }, ({ inputs }) => ({
    outputs: { y: sum(mul(inputs.x, inputs.x)), z: mul(inputs.x, 3) },
  }));
  await program.run({ x: new Float32Array(64 * 64).fill(2) });
  const times = await program.profile({ atLeast: 1 });
  const names = program.plan.kernels.map(({ label, form, items }) => ({ label, form, items }));
  expect(times.map(({ milliseconds: _, firstMilliseconds: __, ...rest }) => rest)).toEqual(names);
  expect(times.every(({ milliseconds }) => milliseconds > 0 && Number.isFinite(milliseconds))).toBe(true);
  expect(await program.profile({ atLeast: 1, kernels: [1] })).toMatchObject([names[1]!]);
  await expect(program.profile({ kernels: [9] })).rejects.toThrow(`kernel 9 of a plan of ${names.length}`);
  await program.run({ x: new Float32Array(64 * 64).fill(2) });
  expect([...(await program.read('y'))]).toEqual([4 * 64 * 64]);
});
