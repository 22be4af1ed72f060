import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { describeAdapter, installDawn } from '../dawn';

export type BackendName = 'webgpu' | 'wasm';

export interface OpenBackend {
  readonly adapter: string | null;
  readonly runtime: string;
  /** Resolves when everything dispatched so far has been computed. */
  fence(): Promise<void>;
}

/** Starts a backend and makes it the library's. */
export async function openBackend(name: BackendName, dawn: readonly string[]): Promise<OpenBackend> {
  // The Node bundle of tfjs-core leaves the gradients of its ops out. They come as ES module syntax in a CommonJS
  // package, which the loader's `require` accepts and Node's `import` does not.
  createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  return name === 'webgpu' ? await openWebGpu(dawn) : await openWasm();
}

async function openWebGpu(dawn: readonly string[]): Promise<OpenBackend> {
  const gpu = installDawn(dawn);
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // Small tensors would otherwise be computed on the host, with a readback in the middle of the step.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.setBackend('webgpu');
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error(`tfjs chose the backend ${tf.getBackend()}, not webgpu`);
  // A rejected dispatch would be a fast one.
  backend.device.addEventListener('uncapturederror', (event) => {
    console.error(`tfjs-webgpu: ${(event as GPUUncapturedErrorEvent).error.message}`);
    process.exit(1);
  });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('no WebGPU adapter');
  return {
    adapter: describeAdapter(adapter.info),
    runtime: 'WebGPU',
    async fence() {
      // Dispatches wait in an encoder until a batch of them is full.
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
      await backend.device.queue.onSubmittedWorkDone();
    },
  };
}

async function openWasm(): Promise<OpenBackend> {
  const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error(`tfjs chose the backend ${tf.getBackend()}, not wasm`);
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ' with SIMD' : '';
  const threads = getThreadsCount();
  return {
    adapter: null,
    runtime: `WebAssembly${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    // An op has been computed when it returns.
    fence: async () => undefined,
  };
}
