/**
 * Reference: closed forms, worked out by hand from the definitions; and the kernels' own text, where every access that is
 * spelled counts as often as the loops around it turn.
 */
import { describe, expect, it } from 'vitest';
import type { ProgramArguments, ProgramResult, ProgramSpec } from '../../index';
import * as ops from '../../index';
import { type DevicePlan, f32, type PlanOptions, trace, u32 } from '../../index';
import { makePlan } from '../../plan/plan';
import { trainBuild, trainLayout, trainSpec } from '../../testing/train-program';
import { leastProfile } from '../device/least-profile';
import { webgpuTarget } from '../target';
import { libraryOperations } from './library';

const profile = (software: boolean, subgroupSize = 0) =>
  ({ description: '', software, subgroupSize, limits: { maxStorageBuffersPerShaderStage: 10 } }) as never;

function kernelsOf<const S extends ProgramSpec>(
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
  options: PlanOptions = {},
): DevicePlan['kernels'] {
  return makePlan(trace(spec, build), webgpuTarget(profile(true)), options).kernels;
}

/** Elements that one invocation spells loads and stores of, outside loops and inside the loop or loops. */
function spelled(wgsl: string) {
  const count = { loads: { outside: 0, inside: 0 }, stores: { outside: 0, inside: 0 } };
  let depth = 0;
  let loop: number | undefined;
  for (const line of wgsl.slice(wgsl.indexOf('fn main')).split('\n')) {
    if (line.trim().startsWith('for (')) loop ??= depth;
    const where = loop === undefined ? 'outside' : 'inside';
    const elements = (pattern: RegExp): number =>
      (line.match(pattern) ?? []).reduce((n, name) => n + (wgsl.includes(`${name}: array<vec4`) ? 4 : 1), 0);
    const stores = elements(/\bbuf\d+(?=\[[^;]*?\] = )/g);
    count.stores[where] += stores;
    count.loads[where] += elements(/\bbuf\d+(?=\[)/g) - stores;
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0);
    if (loop !== undefined && depth <= loop) loop = undefined;
  }
  return count;
}

describe('elementwise kernels', () => {
  const spec = { inputs: { a: f32(7, 12), b: f32(7, 12), row: f32(12) }, scalars: ['s'] } as const;
  const elements = 7 * 12;
  for (const generic of [true, false]) {
    it(`load each stored operand once an element, ${generic ? 'generic lowering' : 'fast kernels'}`, () => {
      const [kernel] = kernelsOf(
        spec,
        ({ inputs: { a, b, row } }) => ({ outputs: { y: ops.add(ops.mul(a, b), row) } }),
        { generic },
      );
      expect(kernel!.form).toBe('pointwise 7x12');
      expect(kernel!.work).toEqual({ flops: 2 * elements, loads: 3 * elements, stores: elements });
    });
  }
  it('count a value used twice once, a constant not at all, and a step scalar as a load', () => {
    const [kernel] = kernelsOf(
      spec,
      ({ inputs: { a }, scalars: { s } }) => ({ outputs: { y: ops.add(ops.mul(ops.mul(a, a), 3), s) } }),
      { generic: true },
    );
    expect(kernel!.work).toEqual({ flops: 3 * elements, loads: 2 * elements, stores: elements });
  });
  it('load one part of a concatenation for each element', () => {
    const [kernel] = kernelsOf(spec, ({ inputs: { a, b } }) => ({
      outputs: { y: ops.concat([a, ops.slice(b, [0, 0], [7, 5])], 1) },
    }));
    expect(kernel!.work).toEqual({ flops: 0, loads: 7 * 17, stores: 7 * 17 });
  });
  it('count functions by the operations in their source', () => {
    // (f32(bits >> 9) + ½) · 2⁻²³; twenty rounds of five operations, five injections of two, and three for the start.
    expect(libraryOperations('ns_uniform')).toBe(3);
    expect(libraryOperations('ns_threefry')).toBe(20 * 5 + 5 * 2 + 3);
    const [kernel] = kernelsOf({ inputs: { keys: u32(3, 2) } }, ({ inputs: { keys } }) => ({
      outputs: { y: ops.randomUniform(keys, [5], 1) },
    }));
    expect(kernel!.work).toEqual({ flops: 15 * 116, loads: 15 * 2, stores: 15 });
  });
});

describe('reductions', () => {
  it('load every element once and fold it', () => {
    const [kernel] = kernelsOf({ inputs: { x: f32(2048, 6) } }, ({ inputs: { x } }) => ({
      outputs: { y: ops.sum(ops.square(x), 1) },
    }));
    expect(kernel!.form).toBe('reduce sum 2048x6 over 1');
    expect(kernel!.work).toEqual({ flops: 2 * 2048 * 6, loads: 2048 * 6, stores: 2048 });
  });
  it('in ragged parts load every element once, then every part', () => {
    const [first, second] = kernelsOf({ inputs: { x: f32(4099) } }, ({ inputs: { x } }) => ({
      outputs: { y: ops.sum(x) },
    }));
    const parts = Math.ceil(4099 / 32);
    expect(first!.form).toBe(`reduce sum 4099 over 0 in ${parts} parts`);
    expect(first!.work).toEqual({ flops: 4099, loads: 4099, stores: parts });
    expect(second!.work).toEqual({ flops: parts, loads: parts, stores: 1 });
  });
  it.each([
    ['of rows, four columns at a time', [4099, 12], 0],
    ['of rows in parts', [30011, 12], 0],
    ['of rows, column by column', [4099, 7], 0],
    ['of columns', [7, 4099], 1],
    ['of all elements, in parts', [1, 100003], 1],
  ] as const)('in workgroups, %s', (_, shape, axis) => {
    const graph = trace({ inputs: { x: f32(...shape) } }, ({ inputs: { x } }) => ({
      outputs: { y: ops.sum(x, axis) },
    }));
    const [first, second] = makePlan(graph, webgpuTarget(profile(false))).kernels;
    const [elements, results] = [shape[0] * shape[1], shape[1 - axis]!];
    const parts = Number(/ in (\d+) parts by \d+x\d+$/.exec(first!.form)?.[1] ?? 1);
    expect(first!.work).toEqual({ flops: elements, loads: elements, stores: parts * results });
    expect(second === undefined).toBe(parts === 1);
    if (second) expect(second.work).toEqual({ flops: parts * results, loads: parts * results, stores: results });
  });
});

describe('contractions', () => {
  const spec = { inputs: { x: f32(3, 33, 20), y: f32(3, 20, 17), bias: f32(17) } } as const;
  const build = ({ inputs: { x, y, bias } }: ProgramArguments<typeof spec>): ProgramResult => ({
    outputs: { z: ops.add(ops.einsum('bmk,bkn->bmn', x, y), bias) },
  });
  const products = 3 * 33 * 17 * 20;
  const outputs = 3 * 33 * 17;
  it('by the plain meaning load both operands for every product', () => {
    const [kernel] = kernelsOf(spec, build, { generic: true });
    expect(kernel!.form).toBe('contract 3x33x17x20 plain');
    expect(kernel!.work).toEqual({
      flops: 2 * products + outputs,
      loads: 2 * products + outputs,
      stores: outputs,
    });
  });
  it('name sizes and form, and count the epilogue once an output', () => {
    const { kernels } = makePlan(trace(spec, build), webgpuTarget(profile(false)));
    expect(kernels.map(({ form }) => form)).toEqual(['contract 3x33x17x20 tile 32x32']);
    // Rows of 64 and columns of 32, staged for every tile of the other operand; k is filled up to 32 with zeros.
    expect(kernels[0]!.work).toEqual({
      flops: 2 * 3 * 64 * 32 * 32 + outputs,
      loads: 3 * 33 * 20 + 2 * 3 * 20 * 17 + outputs,
      stores: outputs,
    });
  });
});

describe('rows', () => {
  const rows = 13;
  const width = 7;
  const spec = { inputs: { x: f32(rows, width), gamma: f32(width), beta: f32(width) } } as const;
  const perRow = (count: { outside: number; inside: number }): number => rows * (count.outside + width * count.inside);

  it.each([
    ['layerNorm', ({ inputs: { x, gamma, beta } }) => ops.layerNorm(x, gamma, beta), 8 * width + 4],
    ['softmax', ({ inputs: { x } }) => ops.softmax(x), 7 * width + 1],
  ] as [string, (args: ProgramArguments<typeof spec>) => ops.Tensor, number][])('%s', (name, build, flops) => {
    const [kernel] = kernelsOf(spec, (args) => ({ outputs: { y: build(args) } }));
    const { loads, stores } = spelled(kernel!.code);
    expect(kernel!.form).toBe(`${name} rows 13x7`);
    expect(kernel!.work).toEqual({ flops: rows * flops, loads: perRow(loads), stores: perRow(stores) });
  });

  it.each(['layerNormBackward rows', 'softmaxBackward rows', 'layerNorm rows'])('with gradients, %s', (form) => {
    const kernels = kernelsOf(spec, ({ inputs: { x, gamma, beta } }) => {
      const y = ops.softmax(ops.layerNorm(x, gamma, beta));
      const [dx, dgamma, dbeta] = ops.grad(ops.sum(ops.square(y)), [x, gamma, beta]);
      return { outputs: { dx: dx!, dgamma: dgamma!, dbeta: dbeta! } };
    });
    const kernel = kernels.find((k) => k.form.startsWith(form))!;
    const { loads, stores } = spelled(kernel.code);
    expect(kernel.work).toMatchObject({ loads: perRow(loads), stores: perRow(stores) });
  });

  it.each(['layerNorm', 'layerNormBackward', 'softmax', 'softmaxBackward'])(
    '%s by subgroups that rows fill',
    (name) => {
      const [height, wide, lanes] = [200, 64, 8];
      const inputs = { x: f32(height, wide), gamma: f32(wide), beta: f32(wide) };
      const graph = trace({ inputs }, ({ inputs: { x, gamma, beta } }) => {
        const y = ops.softmax(ops.layerNorm(x, gamma, beta));
        return {
          outputs: { dx: ops.grad(ops.sum(ops.square(y)), x), dgamma: ops.grad(ops.sum(ops.square(y)), gamma) },
        };
      });
      const { kernels } = makePlan(graph, webgpuTarget(profile(true, lanes)));
      const kernel = kernels.find(({ form }) => form.startsWith(`${name} rows 200x64 by`))!;
      const { outside, inside } = spelled(kernel.code).loads;
      expect(kernel.work.loads).toBe(lanes * (height * inside + kernel.items * outside));
    },
  );

  it('columns of the gradients of gamma and beta', () => {
    const kernels = kernelsOf(spec, ({ inputs: { x, gamma, beta } }) => {
      const [dgamma, dbeta] = ops.grad(ops.sum(ops.square(ops.layerNorm(x, gamma, beta))), [gamma, beta]);
      return { outputs: { dgamma: dgamma!, dbeta: dbeta! } };
    });
    const [first, second] = kernels.filter((k) => k.form.startsWith('layerNormBackward columns'));
    const parts = Number(/in (\d+) parts/.exec(first!.form)![1]);
    const one = spelled(first!.code);
    expect(first!.work.loads).toBe(rows * width * one.loads.inside);
    expect(first!.work.stores).toBe(parts * width * one.stores.outside);
    const two = spelled(second!.code);
    expect(second!.work.loads).toBe(parts * width * two.loads.inside);
    expect(second!.work.stores).toBe(width * two.stores.outside);
  });
});

describe('columns of the gradients of gamma and beta, in workgroups', () => {
  it.each([
    ['invocation-rows', 700, 7],
    ['invocation-rows', 9000, 7],
    ['workgroup-rows', 700, 40],
  ])('%s, %ix%i', (kernel, rows, width) => {
    const inputs = { x: f32(rows, width), gamma: f32(width), beta: f32(width) };
    const graph = trace({ inputs }, ({ inputs: { x, gamma, beta } }) => {
      const [dgamma, dbeta] = ops.grad(ops.sum(ops.square(ops.layerNorm(x, gamma, beta))), [gamma, beta]);
      return { outputs: { dgamma: dgamma!, dbeta: dbeta! } };
    });
    const { kernels } = makePlan(graph, webgpuTarget(leastProfile), { variants: { layerNormBackward: kernel } });
    const stages = kernels.filter((k) => k.form.startsWith('layerNormBackward columns'));
    const parts = Number(/ (\d+) parts/.exec(stages.at(-1)!.form)?.[1] ?? 1);
    const sums = { flops: 2 * parts * width, loads: 2 * parts * width, stores: 2 * width };
    if (parts > 1) expect(stages.at(-1)!.work).toEqual(sums);
    // x, dy, mean and rstd for every element: (x − mean) · rstd · dy, and both additions.
    const first = { flops: 5 * rows * width, loads: 4 * rows * width, stores: 2 * parts * width };
    if (kernel === 'invocation-rows') expect(stages[0]!.work).toEqual(first);
    expect(stages).toHaveLength(kernel === 'invocation-rows' && parts > 1 ? 2 : 1);
  });
});

describe('the optimizer', () => {
  const { size, segments } = trainLayout;
  const blocks = segments.reduce(
    (n, { offset }, s) => n + Math.ceil(((segments[s + 1]?.offset ?? size) - offset) / 1024),
    0,
  );
  const steps = kernelsOf(trainSpec, trainBuild).filter(({ form }) => form.startsWith('lamb'));
  const isWeight = ({ name }: { name: string }): boolean => name.endsWith('weight');

  it.each([0, 2])('stage %i of LAMB touches every element of the flat vectors', (stage) => {
    const { work, code, items } = steps[stage]!;
    const { loads, stores } = spelled(code);
    expect(items).toBe(blocks);
    // A turn of the loop takes four elements.
    expect(work.loads).toBe((size / 4) * loads.inside + 64 * blocks * loads.outside);
    expect(work.stores).toBe((size / 4) * stores.inside + 64 * blocks * stores.outside);
  });

  it('moments, norms and update take the operations of their formulas', () => {
    const decayed = segments.reduce(
      (n, s, i) => n + (isWeight(s) ? (segments[i + 1]?.offset ?? size) - s.offset : 0),
      0,
    );
    // m: 3, v: 4, m̂/(√v̂ + ε): 5, both norms: 4, decay: 2 where it applies.
    expect(steps[0]!.work.flops).toBe(16 * size + 2 * decayed);
    // m̂/(√v̂ + ε): 5, w − rate · ratio · u: 3, moving average: 4.
    expect(steps[2]!.work.flops).toBe(12 * size + 2 * decayed);
  });

  it('ratios add up the parts of the weights, and read one entry for the rest', () => {
    const weights = segments.filter(isWeight).length;
    const parts = 64 * weights;
    expect(steps[1]!.work).toEqual({
      flops: 2 * parts + 3 * weights,
      loads: 2 * parts + 3 * weights + (segments.length - weights),
      stores: segments.length,
    });
  });

  it('in workgroups, a block keeps two norms and a workgroup adds up those of a segment', () => {
    const { kernels } = makePlan(trace(trainSpec, trainBuild), webgpuTarget(profile(false)));
    const shared = kernels.filter(({ form }) => form.startsWith('lamb'));
    const weights = segments.filter(isWeight).length;
    expect(shared[0]!.work).toEqual({ ...steps[0]!.work, stores: steps[0]!.work.stores - 2 * 63 * blocks });
    // Each of 64 invocations reads whether there is a ratio, and if so where the norms are: one for each weight here.
    expect(shared[1]!.work).toEqual({
      flops: 2 * weights + 3 * weights,
      loads: 64 * (segments.length + 2 * weights) + 2 * weights,
      stores: segments.length,
    });
    expect(shared[1]!.items).toBe(segments.length);
    expect(shared[2]!.work).toEqual(steps[2]!.work);
  });
});
