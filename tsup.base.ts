import type { Options } from 'tsup';

/** What every package's build has in common: ES modules, declarations, source maps. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2023',
  dts: true,
  sourcemap: true,
  clean: true,
};
