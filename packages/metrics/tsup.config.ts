import { defineConfig } from 'tsup';
import { base } from '../../tsup.base';

// The scripts of workers stay files of their own, to be started by their address.
export default defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts', 'src/worker-node.ts', 'src/worker-browser.ts'],
  dts: { entry: ['src/index.ts', 'src/node.ts', 'src/worker-node.ts'] },
});
