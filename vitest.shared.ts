import type { ViteUserConfig } from 'vitest/config';

/** What the tests in Node and those that drive a browser have in common: packages are read from their sources. */
export const shared = {
  resolve: { conditions: ['@noisesmith/source'] },
  ssr: { resolve: { conditions: ['@noisesmith/source'] } },
  test: {
    pool: 'forks',
    // A file that compiles kernels keeps one core busy, so none is left over for the main process.
    maxWorkers: '100%',
    // A first compile of kernels on a software adapter takes many seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
} satisfies ViteUserConfig;
