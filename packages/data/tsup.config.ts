import { defineConfig } from 'tsup';
import { base } from '../../tsup.base';

// The platform modules stay files of their own, so that the import map in package.json can choose between them.
export default defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts', 'src/platform-node.ts', 'src/platform-browser.ts'],
  dts: { entry: ['src/index.ts', 'src/node.ts'] },
  external: ['#platform'],
});
