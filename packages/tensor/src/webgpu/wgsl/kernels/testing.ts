import { create, globals } from 'webgpu';
import { restWhile } from '../../device/rest';
import { type KernelProfile, type KernelStage, wgslOf } from './kernel';

/** The GPU object must outlive every device made from it. */
let gpu: GPU | undefined;

export interface TestDevice {
  readonly device: GPUDevice;
  readonly profile: KernelProfile;
}

/** A device with subgroups on the adapter of this machine. */
export async function openTestDevice(): Promise<TestDevice> {
  Object.assign(globalThis, globals);
  gpu ??= create([]);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('kernel tests need a WebGPU adapter; install Mesa lavapipe');
  const device = await adapter.requestDevice({ requiredFeatures: ['subgroups'] });
  const { subgroupMinSize: smallest = 0, subgroupMaxSize: largest } = adapter.info;
  const { limits } = device;
  return { device, profile: { subgroupSize: smallest === largest ? smallest : 0, software: true, limits } };
}

export type Memory = Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;

/** A dispatch grid of several rows, so that kernels have to find their linear id and guard the excess. */
const grid = (workgroups: number): [number, number] => {
  const x = Math.ceil(Math.sqrt(workgroups));
  return [x, Math.ceil(workgroups / x)];
};

/** Runs the stages in order over named storage buffers, those named `…_quads` arrays of vec4; returns what the f32 buffers hold afterwards. */
export async function runStages(
  { device }: TestDevice,
  stages: readonly KernelStage[],
  memory: Memory,
): Promise<Record<string, Float32Array>> {
  const buffers = new Map<string, GPUBuffer>();
  for (const [name, data] of Object.entries(memory)) {
    const size = Math.max(data.byteLength, 4);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size, usage });
    device.queue.writeBuffer(buffer, 0, data);
    buffers.set(name, buffer);
  }
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  for (const stage of stages) {
    const names = Object.keys(memory).filter((name) => new RegExp(`\\b${name}\\b`).test(stage.body));
    const declarations = names.map((name, i) => {
      const access = new RegExp(`\\b${name}\\[[^;]*\\] = `).test(stage.body) ? 'read_write' : 'read';
      const element = memory[name] instanceof Uint32Array ? 'u32' : name.endsWith('_quads') ? 'vec4<f32>' : 'f32';
      return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${element}>;`;
    });
    const module = device.createShaderModule({ code: wgslOf(stage, declarations.join('\n')) });
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = names.map((name, binding) => ({ binding, resource: { buffer: buffers.get(name)! } }));
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(...grid(stage.workgroups));
    pass.end();
  }
  device.queue.submit([encoder.finish()]);
  const error = await restWhile(device.popErrorScope());
  if (error) throw new Error(`${error.message}\n${stages.map((s) => s.body).join('\n')}`);
  const results: Record<string, Float32Array> = {};
  for (const [name, buffer] of buffers) {
    if (memory[name] instanceof Float32Array) results[name] = await readBack(device, buffer);
    buffer.destroy();
  }
  return results;
}

async function readBack(device: GPUDevice, source: GPUBuffer): Promise<Float32Array> {
  const target = device.createBuffer({ size: source.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, target, 0, source.size);
  device.queue.submit([encoder.finish()]);
  await restWhile(target.mapAsync(GPUMapMode.READ));
  const values = new Float32Array(target.getMappedRange().slice(0));
  target.destroy();
  return values;
}

/** Reproducible values in [−1, 1). */
export function randomValues(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = (seed * 0x9e3779b9) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Largest |a − e| / (1 + |e|). */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    worst = Math.max(worst, error);
  }
  return worst;
}
