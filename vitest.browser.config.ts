import { defineConfig } from 'vitest/config';
import { shared } from './vitest.shared.ts';

/** Tests that drive Chromium, found through NOISESMITH_CHROMIUM. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['{packages,apps}/*/test/browser-*.test.ts'],
    // A page shows what came of an input when its worker, a picture or the next frame is done: later on a busy machine.
    expect: { poll: { timeout: 180_000 } },
    globalSetup: 'apps/viewer/test/build-viewer.ts',
  },
});
