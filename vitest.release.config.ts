import { defineConfig } from 'vitest/config';
import { shared } from './vitest.shared.ts';

/** What `npm run release -- try` runs: a release to a registry on loopback, and what a stranger gets from it. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['tools/release/registry/*.test.ts'] },
});
