import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@noisesmith/source'] },
  ssr: { resolve: { conditions: ['@noisesmith/source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
