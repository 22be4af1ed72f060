import { configDefaults, defineConfig } from 'vitest/config';
import { shared } from './vitest.shared.ts';

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: [...configDefaults.exclude, 'apps/*/test/browser-*.test.ts'],
  },
});
