import { defineConfig } from 'vitest/config';
import { shared } from './vitest.shared.ts';

/** Tests that drive Chromium, found through NOISESMITH_CHROMIUM. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['{packages,apps}/*/test/browser-*.test.ts'],
    globalSetup: 'apps/viewer/test/build-viewer.ts',
  },
});
