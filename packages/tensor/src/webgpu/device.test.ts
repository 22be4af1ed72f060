// Reference: the WebGPU specification's behaviour, observed on whatever adapter the machine has.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError, LimitError } from '../errors';
import type { Device } from './device';
import { NoAdapterError, ShaderError, UncapturedGpuError } from './device/errors';
import { BufferUsage } from './device/types';
import { openDevice } from './open';

const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = BufferUsage;
const DATA = STORAGE | COPY_SRC | COPY_DST;
const DOUBLE = `@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] *= 2u; }`;

async function double(device: Device, buffer: GPUBuffer): Promise<void> {
  const pipeline = await device.pipeline(DOUBLE, 'double');
  const group = device.bindGroup(pipeline, [{ binding: 0, resource: { buffer } }], 'double');
  const encoder = device.encoder('double');
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  device.submit([encoder.finish()], 1);
}

describe('a device in good order', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ label: 'test device' });
  });
  afterAll(() => device.destroy());

  it('has the limits of its adapter in its profile', () => {
    const { limits, subgroupSize } = device.profile;
    expect(limits.maxBufferSize).toBe(device.gpu.limits.maxBufferSize);
    expect(limits.maxComputeWorkgroupsPerDimension).toBeGreaterThanOrEqual(65535);
    expect(limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
    expect(Number.isInteger(Math.log2(subgroupSize || 1))).toBe(true);
    expect(device.profile.description + device.profile.vendor).not.toBe('');
  });

  it('counts buffers and their bytes, rounded up to 4', () => {
    const before = { ...device.counters };
    const buffer = device.createBuffer({ label: 'w', size: 5, usage: DATA });
    expect(buffer.size).toBe(8);
    expect(device.counters.buffers).toBe(before.buffers + 1);
    expect(device.counters.bytesAllocated).toBe(before.bytesAllocated + 8);
    expect(device.counters.liveBytes).toBe(before.liveBytes + 8);
    device.destroyBuffer(buffer);
    device.destroyBuffer(buffer);
    expect(device.counters.liveBuffers).toBe(before.liveBuffers);
    expect(device.counters.liveBytes).toBe(before.liveBytes);
    expect(device.counters.bytesAllocated).toBe(before.bytesAllocated + 8);
  });

  it('compiles a source once', async () => {
    const source = `// once\n${DOUBLE}`;
    const before = { ...device.counters };
    const [a, b] = await Promise.all([device.pipeline(source, 'a'), device.pipeline(source, 'b')]);
    expect(a).toBe(b);
    expect(device.counters.pipelines).toBe(before.pipelines + 1);
    expect(device.counters.shaderModules).toBe(before.shaderModules + 1);
  });

  it('writes, computes and reads', async () => {
    const buffer = device.createBuffer({ label: 'x', size: 16, usage: DATA });
    const before = { ...device.counters };
    device.write(buffer, 4, new Uint32Array([9, 1, 2, 3]).subarray(1));
    await double(device, buffer);
    expect([...new Uint32Array(await device.read(buffer, 0, 16))]).toEqual([0, 2, 4, 6]);
    expect([...new Uint8Array(await device.read(buffer, 8, 5))]).toEqual([4, 0, 0, 0, 6]);
    expect((await device.read(buffer, 0, 0)).byteLength).toBe(0);
    expect(device.counters.dispatches).toBe(before.dispatches + 1);
    expect(device.counters.bindGroups).toBe(before.bindGroups + 1);
    device.destroyBuffer(buffer);
  });

  it('pads writes to 4 bytes and refuses what lies outside', async () => {
    const buffer = device.createBuffer({ label: 'layer/bytes', size: 8, usage: DATA });
    device.write(buffer, 0, new Uint8Array([1, 2, 3, 4, 5]));
    expect([...new Uint8Array(await device.read(buffer, 0, 8))]).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
    expect(() => device.write(buffer, 4, new Uint8Array(5))).toThrow(/layer\/bytes: write of 8 bytes at 4/);
    await expect(device.read(buffer, 2, 4)).rejects.toThrow(/layer\/bytes: read of 4 bytes at 2/);
    device.destroyBuffer(buffer);
  });

  it('makes no staging buffer for a repeated read', async () => {
    const buffer = device.createBuffer({ label: 'loss', size: 3000, usage: DATA });
    await Promise.all([device.read(buffer, 0, 3000), device.read(buffer, 0, 3000)]);
    const { buffers } = device.counters;
    for (let step = 0; step < 5; step += 1) {
      await Promise.all([device.read(buffer, 0, 2900), device.read(buffer, 0, 2500)]);
    }
    expect(device.counters.buffers).toBe(buffers);
    device.destroyBuffer(buffer);
  });

  it('reads back within the submission of other commands', async () => {
    const buffer = device.createBuffer({ label: 'loss', size: 4, usage: DATA });
    device.write(buffer, 0, new Float32Array([2.5]));
    const { submits } = device.counters;
    const encoder = device.encoder('step');
    const loss = device.readback(encoder, buffer, 0, 4);
    device.submit([encoder.finish()]);
    device.write(buffer, 0, new Float32Array([7]));
    expect(new Float32Array(await loss.bytes())[0]).toBe(2.5);
    expect(device.counters.submits).toBe(submits + 1);
    device.destroyBuffer(buffer);
  });

  it('names the tensor and the limit when a buffer is too large', () => {
    const { maxStorageBufferBindingSize, maxBufferSize } = device.profile.limits;
    const before = { ...device.counters };
    const tooLarge = () => {
      device.checkBinding('encoder/w', maxStorageBufferBindingSize + 4);
    };
    expect(tooLarge).toThrow(LimitError);
    expect(tooLarge).toThrow(/^encoder\/w: \d+ bytes .*maxStorageBufferBindingSize/);
    const size = maxBufferSize + 1;
    expect(() => device.createBuffer({ label: 'copy', size, usage: COPY_DST })).toThrow(/^copy: .*maxBufferSize/);
    expect(() => device.createBuffer({ label: 'w', size: 0.5, usage: DATA })).toThrow(/^w: a buffer of 0.5 bytes/);
    expect(device.counters).toEqual(before);
  });

  it('names the op and the line of WGSL that does not compile', async () => {
    const source = '@compute @workgroup_size(1)\nfn main() {\n  let y: f32 = missing;\n}\n';
    const error = await device.pipeline(source, 'block2/read/qk').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ShaderError);
    expect(error).toMatchObject({ label: 'block2/read/qk', line: 3 });
    expect(String(error)).toMatch(/block2\/read\/qk: WGSL line 3, .*missing.*\n.*let y: f32 = missing;/);
  });

  it('names the op whose pipeline the adapter refuses', async () => {
    const source = '@compute @workgroup_size(1000000)\nfn main() {}\n';
    const error = await device.pipeline(source, 'huge').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ShaderError);
    expect(String(error)).toMatch(/huge: .*workgroup_size/);
    device.check();
    expect(device.failed).toBeUndefined();
  });
});

describe('a device in trouble', () => {
  it('throws an uncaptured error, with its label, at the next await and ever after', async () => {
    using device = await openDevice();
    device.createBuffer({ label: 'bad/usage', size: 16, usage: MAP_READ | STORAGE });
    await expect(device.idle()).rejects.toThrow(UncapturedGpuError);
    await expect(device.idle()).rejects.toThrow(/GPUValidationError: .*bad\/usage/);
    expect(device.failed).toBeInstanceOf(UncapturedGpuError);
    expect(() => device.check()).toThrow(/bad\/usage/);
  });

  it('prefers the uncaptured error to the rejection that follows from it', async () => {
    using device = await openDevice();
    const noSource = device.createBuffer({ label: 'not/readable', size: 16, usage: STORAGE });
    await expect(device.read(noSource, 0, 16)).rejects.toThrow(/not\/readable/);
  });

  it('rejects everything pending with one error when destroyed, and everything later', async () => {
    const device = await openDevice({ label: 'gone' });
    const buffer = device.createBuffer({ label: 'x', size: 16, usage: DATA });
    const pending = [device.read(buffer, 0, 16), device.idle(), device.pipeline(DOUBLE, 'double')];
    const settled = Promise.allSettled(pending);
    device.destroy();
    device.destroy();
    const lost = await device.lost;
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect(lost.reason).toBe('destroyed');
    for (const result of await settled) expect(result).toEqual({ status: 'rejected', reason: lost });
    expect(device.failed).toBeUndefined();
    expect(() => device.createBuffer({ label: 'x', size: 16, usage: DATA })).toThrow(lost);
    expect(() => device.write(buffer, 0, new Uint32Array(1))).toThrow(lost);
    await expect(device.read(buffer, 0, 4)).rejects.toBe(lost);
    await expect(device.pipeline(DOUBLE, 'double')).rejects.toBe(lost);
    expect(device.counters.liveBuffers).toBe(0);
    expect(device.counters.liveBytes).toBe(0);
  });

  it('reports a device that ends without destroy as lost, and another can be opened', async () => {
    const device = await openDevice({ label: 'pulled' });
    const buffer = device.createBuffer({ label: 'x', size: 16, usage: DATA });
    const reading = device.read(buffer, 0, 16).catch((reason: unknown) => reason);
    device.gpu.destroy();
    const lost = await device.lost;
    expect(lost).toMatchObject({ name: 'DeviceLostError', reason: 'lost' });
    expect(device.failed).toBe(lost);
    await expect(device.idle()).rejects.toBe(lost);
    expect(await reading).toBe(lost);
    using next = await openDevice();
    await next.idle();
  });
});

describe('openDevice', () => {
  it('uses a GPUDevice made elsewhere and leaves it alive', async () => {
    using owner = await openDevice();
    const device = await openDevice({ gpuDevice: owner.gpu });
    expect(device.profile).toEqual(owner.profile);
    const buffer = device.createBuffer({ label: 'x', size: 16, usage: DATA });
    device.write(buffer, 0, new Uint32Array([1, 2, 3, 4]));
    await double(device, buffer);
    expect([...new Uint32Array(await device.read(buffer, 0, 16))]).toEqual([2, 4, 6, 8]);
    device.destroy();
    expect(device.counters.liveBuffers).toBe(0);
    expect(() => device.encoder('late')).toThrow(DeviceLostError);
    await owner.idle();
    owner.check();
  });

  it('says what to install when there is no adapter', async () => {
    const opening = openDevice({ dawnToggles: ['backend=null', 'adapter=none such'] });
    await expect(opening).rejects.toThrow(NoAdapterError);
    await expect(opening).rejects.toThrow(/no WebGPU.*mesa-vulkan-drivers/);
  });
});
