// References: the order that the docstring of openBackend promises, over openers that are told what there is; what WebGPU says
// of real adapters (Dawn's lavapipe, Chrome's SwiftShader, Windows' WARP) and of GPUs.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeviceError } from './errors';
import { openBackend } from './index';
import { chooseBackend, type OpenBackendOptions, type Openers } from './open-backend';
import type { Wasm } from './wasm/backend';
import type { Device } from './webgpu/device';
import { NoAdapterError } from './webgpu/device/errors';

type Info = Partial<GPUAdapterInfo>;

const gpu: Info = { vendor: 'nvidia', architecture: 'ada-lovelace', device: 'L4', description: 'NVIDIA L4' };
const lavapipe: Info = {
  vendor: 'mesa',
  architecture: 'software',
  device: 'llvmpipe-llvm-15-0-6-256-bits-',
  description: 'llvmpipe: Mesa 25.0.7',
};
const swiftshader: Info = { vendor: 'google', architecture: 'swiftshader', device: '', description: '' };
const warp: Info = { vendor: 'microsoft', architecture: '', device: '', description: 'Microsoft Basic Render Driver' };
const fallback: Info = { vendor: 'acme', architecture: '', device: '', description: '', isFallbackAdapter: true };

const names = (info: Info) => ({ vendor: '', architecture: '', device: '', description: '', ...info });
const noWasm = new DeviceError('wasm: this runtime has no WebAssembly SIMD: use another');

interface Machine {
  /** What WebGPU finds, or why it finds none. */
  readonly adapter: Info | Error;
  /** Why the adapter gives no device. */
  readonly refusal?: Error;
  readonly wasm?: Error;
}

/** A machine, and what was opened on it. */
function machine({ adapter, refusal, wasm }: Machine) {
  const opened: [string, object][] = [];
  const found = adapter instanceof Error ? undefined : ({ info: names(adapter) } as GPUAdapter);
  const openers: Openers = {
    async findAdapter() {
      if (adapter instanceof Error) throw adapter;
      return found!;
    },
    async openDevice(options) {
      if (adapter instanceof Error) throw adapter;
      if (refusal) throw refusal;
      opened.push(['device', options]);
      return { kind: 'webgpu', profile: names(adapter) } as Device;
    },
    async openWasm(options) {
      if (wasm) throw wasm;
      opened.push(['wasm', options]);
      return { kind: 'wasm', threads: { count: options.threads ?? 2 } } as Wasm;
    },
  };
  const choose = (options: OpenBackendOptions = {}) => chooseBackend(options, openers);
  return { choose, opened, found };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const noAdapter = new NoAdapterError('no WebGPU adapter: install a driver', 'no WebGPU adapter');
const noPackage = new NoAdapterError(
  'no WebGPU: the npm package webgpu is not installed: npm install webgpu',
  'no WebGPU: the npm package webgpu is not installed',
);

describe('openBackend', () => {
  it('takes a GPU first, by the adapter that it looked at', async () => {
    const { choose, found, opened } = machine({ adapter: gpu });
    expect(await choose({ label: 'trainer' })).toMatchObject({
      kind: 'webgpu',
      backend: { kind: 'webgpu' },
      name: 'WebGPU, NVIDIA L4',
      why: 'there is a GPU',
    });
    expect(opened).toEqual([['device', { label: 'trainer', adapter: found }]]);
  });

  it.each([
    ['lavapipe', lavapipe, 'llvmpipe: Mesa 25.0.7'],
    ['SwiftShader', swiftshader, 'swiftshader'],
    ['WARP', warp, 'Microsoft Basic Render Driver'],
    ['one that the browser calls a fallback', fallback, 'acme'],
  ])('takes WebAssembly rather than %s', async (_, adapter, name) => {
    const { choose, opened } = machine({ adapter });
    expect(await choose({ threads: 3, label: 'trainer' })).toMatchObject({
      kind: 'wasm',
      backend: { kind: 'wasm' },
      name: 'WebAssembly, 3 threads',
      why: `no usable GPU here, only ${name}`,
    });
    expect(opened).toEqual([['wasm', { threads: 3, label: 'trainer' }]]);
  });

  it.each([
    ['no adapter', noAdapter, 'no usable GPU here (no WebGPU adapter)'],
    ['no package', noPackage, 'no usable GPU here (no WebGPU: the npm package webgpu is not installed)'],
  ])('takes WebAssembly where there is %s, and says so', async (_, adapter, why) => {
    const { choose } = machine({ adapter });
    expect(await choose({ threads: 1 })).toMatchObject({ kind: 'wasm', name: 'WebAssembly, 1 thread', why });
  });

  it('takes WebAssembly where a GPU gives no device', async () => {
    const refusal = new DeviceError('device: the adapter gives no device: out of memory');
    expect(await machine({ adapter: gpu, refusal }).choose()).toMatchObject({
      kind: 'wasm',
      why: 'no usable GPU here (NVIDIA L4: device: the adapter gives no device: out of memory)',
    });
  });

  it('takes a software adapter where WebAssembly cannot run', async () => {
    expect(await machine({ adapter: lavapipe, wasm: noWasm }).choose()).toMatchObject({
      kind: 'webgpu',
      name: 'WebGPU, llvmpipe: Mesa 25.0.7',
      why: expect.stringContaining('no WebAssembly either (wasm: this runtime has no WebAssembly SIMD: use another)'),
    });
  });

  it.each([
    ['no adapter', { adapter: noAdapter }, noAdapter.message],
    ['a GPU that gives no device', { adapter: gpu, refusal: new DeviceError('it refuses') }, 'it refuses'],
    ['a software one that gives none', { adapter: lavapipe, refusal: new DeviceError('it refuses') }, 'it refuses'],
  ])('says in one line what is missing of each, with %s and no SIMD', async (_, rest, message) => {
    const { choose } = machine({ ...rest, wasm: noWasm });
    const error = await choose().then(String, (reason: Error) => reason);
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as Error).message).toBe(`nothing here computes: ${message}; ${noWasm.message}`);
  });

  it('opens what is asked for, or says why not, and nothing else', async () => {
    const software = machine({ adapter: lavapipe });
    expect(await software.choose({ prefer: 'webgpu' })).toMatchObject({ kind: 'webgpu', why: 'as asked for' });
    const both = machine({ adapter: gpu });
    expect(await both.choose({ prefer: 'wasm' })).toMatchObject({ kind: 'wasm', why: 'as asked for' });
    expect(both.opened.map(([what]) => what)).toEqual(['wasm']);
    await expect(machine({ adapter: noAdapter }).choose({ prefer: 'webgpu' })).rejects.toBe(noAdapter);
    await expect(machine({ adapter: gpu, wasm: noWasm }).choose({ prefer: 'wasm' })).rejects.toBe(noWasm);
    await expect(both.choose({ prefer: 'cuda' as 'wasm' })).rejects.toThrow(
      'backend "cuda", expected one of auto, webgpu, wasm',
    );
  });

  it('uses a device that was made elsewhere, whatever it is', async () => {
    const { choose, opened } = machine({ adapter: lavapipe });
    const gpuDevice = {} as GPUDevice;
    expect(await choose({ webgpu: { gpuDevice } })).toMatchObject({ kind: 'webgpu', why: 'as handed in' });
    expect(opened).toEqual([['device', { gpuDevice }]]);
  });

  it('passes on what is no matter of the backends', async () => {
    const { choose } = machine({ adapter: gpu, refusal: new RangeError('a bug') });
    await expect(choose()).rejects.toThrow('a bug');
    const threads = new RangeError('0 threads, expected 1 to 64');
    await expect(machine({ adapter: noAdapter, wasm: threads }).choose()).rejects.toBe(threads);
  });

  it('asks this runtime: its WebGPU first, then its WebAssembly', async () => {
    const requestAdapter = vi.fn(async () => ({ info: names(swiftshader) }));
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    using opened = (await openBackend({ threads: 1 })).backend;
    expect(opened.kind).toBe('wasm');
    expect(requestAdapter).toHaveBeenCalledTimes(1);
    requestAdapter.mockResolvedValue(null as never);
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    try {
      await expect(openBackend()).rejects.toThrow(
        /^nothing here computes: no WebGPU adapter: install [^\n]*; wasm: this runtime has no WebAssembly SIMD: [^\n]*$/,
      );
    } finally {
      validate.mockRestore();
    }
  });
});
