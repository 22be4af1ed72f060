import { defineConfig } from 'tsup';
import { base } from '../../tsup.base';

// The platform modules stay files of their own, so that the import map in package.json can choose between them.
export default defineConfig({
  ...base,
  entry: [
    'src/index.ts',
    'src/webgpu/device/gpu-node.ts',
    'src/webgpu/device/gpu-browser.ts',
    'src/plan/tune/storage-node.ts',
    'src/plan/tune/storage-browser.ts',
    'src/wasm/platform-node.ts',
    'src/wasm/platform-browser.ts',
    // Threads are started from these, beside the file of their platform.
    'src/wasm/threads/worker-node.js',
    'src/wasm/threads/worker-browser.js',
  ],
  dts: { entry: 'src/index.ts' },
  external: ['#webgpu', '#tuning-storage', '#wasm-platform'],
});
