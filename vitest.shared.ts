import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ViteUserConfig } from 'vitest/config';
import { LongestFirst } from './tools/testing/longest-first.ts';

/** Where Mesa keeps the shaders that it has compiled, for the tests and for processes with another cache folder. */
const shaders = fileURLToPath(new URL('.cache/shaders', import.meta.url));
mkdirSync(shaders, { recursive: true });

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
