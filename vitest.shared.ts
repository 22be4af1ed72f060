import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ViteUserConfig } from 'vitest/config';
import { LongestFirst } from './tools/testing/longest-first.ts';

/** Where Mesa keeps the shaders that it has compiled: also for processes that are given a cache folder of their own. */
const shaders = process.env.MESA_SHADER_CACHE_DIR ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');

/** What the tests in Node and those that drive a browser have in common: packages are read from their sources. */
export const shared = {
  resolve: { conditions: ['@noisesmith/source'] },
  ssr: { resolve: { conditions: ['@noisesmith/source'] } },
  test: {
    pool: 'forks',
    env: { MESA_SHADER_CACHE_DIR: shaders },
    sequence: { sequencer: LongestFirst },
    // A file that compiles kernels keeps one core busy, so none is left over for the main process.
    maxWorkers: '100%',
    // These end a test that hangs. A software adapter that compiles kernels on a busy machine takes minutes.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
} satisfies ViteUserConfig;
