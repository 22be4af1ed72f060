/**
 * Reference: counters in GPU memory that the operands' and the result's expressions themselves count up, so that what is
 * compared with the formula is how often the running kernel evaluates them; and 2·b·m·n·k where tiles fit exactly.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { work } from '../../../lower/work';
import '../../../testing/quick-shaders';
import { restWhile } from '../../device/rest';
import { contractVariants } from './contract';
import type { ContractProblem, ContractSizes } from './contract-problem';
import { type KernelStage, wgslOf } from './kernel';
import { openTestDevice, type TestDevice } from './testing';

let gpu: TestDevice;
beforeAll(async () => {
  gpu = await openTestDevice();
});

const sizes = (batch: number, m: number, n: number, k: number): ContractSizes => ({ batch, m, n, k });

type Quads = Pick<ContractProblem, 'quadsOfA' | 'quadsOfB' | 'quadsOfOut'>;

/** A problem whose expressions count: loads of A, loads of B, stores. */
function counting(shape: ContractSizes, quads: Quads): ContractProblem {
  return {
    ...shape,
    ...quads,
    loadA: () => 'counted(0u, 1u)',
    loadB: () => 'counted(1u, 1u)',
    loadQuadA: () => 'vec4<f32>(counted(0u, 4u))',
    loadQuadB: () => 'vec4<f32>(counted(1u, 4u))',
    store: (_b, _m, _n, acc) => [`let kept = ${acc} + counted(2u, 1u);`],
    storeQuad: (_b, _m, _n, acc) => [`let kept = ${acc} + counted(2u, 4u);`],
    costs: { loadA: work({ loads: 1 }), loadB: work({ loads: 1 }), store: work({ stores: 1 }) },
    scratch: (_elements, width) => (width === 4 ? 'parts_quads' : 'parts'),
  };
}

const DECLARATIONS = `@group(0) @binding(0) var<storage, read_write> counters: array<atomic<u32>, 3>;
@group(0) @binding(1) var<storage, read_write> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts_quads: array<vec4<f32>>;
fn counted(which: u32, elements: u32) -> f32 { atomicAdd(&counters[which], elements); return 1.0; }`;

async function countersAfter({ device }: TestDevice, stage: KernelStage, partials: number): Promise<number[]> {
  const buffer = (size: number, usage: number): GPUBuffer => device.createBuffer({ size, usage });
  const counters = buffer(12, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const [single, quads] = [0, 1].map(() => buffer(Math.max(16, partials * 4), GPUBufferUsage.STORAGE));
  const module = device.createShaderModule({ code: wgslOf(stage, DECLARATIONS) });
  const bindGroupLayout = device.createBindGroupLayout({
    entries: [0, 1, 2].map((binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: 'storage' as const },
    })),
  });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
  const pipeline = device.createComputePipeline({ layout, compute: { module } });
  const entries = [counters, single!, quads!].map((b, binding) => ({ binding, resource: { buffer: b } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: bindGroupLayout, entries }));
  pass.dispatchWorkgroups(stage.workgroups);
  pass.end();
  const target = buffer(12, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  encoder.copyBufferToBuffer(counters, 0, target, 0, 12);
  device.queue.submit([encoder.finish()]);
  await restWhile(target.mapAsync(GPUMapMode.READ));
  return [...new Uint32Array(target.getMappedRange())];
}

const shapes = [
  sizes(1, 1, 1, 1),
  sizes(2, 5, 12, 9),
  sizes(1, 37, 70, 19),
  sizes(2, 20, 36, 12),
  sizes(1, 12, 20, 1504),
];
const layouts: readonly Quads[] = [
  {},
  { quadsOfA: 'k', quadsOfB: 'n', quadsOfOut: 'n' },
  { quadsOfA: 'm', quadsOfB: 'k', quadsOfOut: 'm' },
];
const fits = (shape: ContractSizes, { quadsOfA: a, quadsOfB: b, quadsOfOut: out }: Quads): boolean =>
  [a, b, out].every((axis) => axis === undefined || shape[axis] % 4 === 0);

describe.each(contractVariants)('$name', (variant) => {
  const cases = shapes.flatMap((shape) =>
    layouts.filter((quads) => fits(shape, quads)).map((quads) => ({ ...shape, ...quads })),
  );
  it.each(cases)('does what it says: $batch, $m, $n, $k, vectors $quadsOfA $quadsOfB $quadsOfOut', async (shape) => {
    const stages = variant.candidates(counting(shape, shape), gpu.profile)[0]!.emit();
    const outputs = shape.batch * shape.m * shape.n;
    const parts = Number(/in (\d+) parts/.exec(stages[0]!.name)?.[1] ?? 1);
    const [loadsA, loadsB, stores] = await countersAfter(gpu, stages[0]!, parts * outputs);
    expect(stages[0]!.work.loads).toBe(loadsA! + loadsB!);
    // Partial sums are stored without an expression of the problem's.
    expect(stages[0]!.work.stores).toBe(parts > 1 ? parts * outputs : stores!);
    if (parts === 1) return;
    const combined = await countersAfter(gpu, stages[1]!, parts * outputs);
    expect(stages[1]!.work).toEqual({ flops: parts * outputs, loads: parts * outputs, stores: combined[2] });
  });

  it.each([sizes(1, 64, 64, 64), sizes(3, 128, 64, 32)])('multiplies no more than $batch·$m·$n·$k', (shape) => {
    const [stage] = variant.candidates(counting(shape, {}), gpu.profile)[0]!.emit();
    expect(stage!.work.flops).toBe(2 * shape.batch * shape.m * shape.n * shape.k);
  });
});
