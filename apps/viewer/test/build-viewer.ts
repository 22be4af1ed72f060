import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { isBuilt } from '../../../examples/testing/run-example';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built viewer. */
    viewer: string;
  }
}

/** The viewer that `npm test` has just built; else builds it from source, once for all tests. */
export default async function setup(project: TestProject): Promise<() => void> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (isBuilt) {
    project.provide('viewer', join(root, 'dist'));
    return () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), 'noisesmith-viewer-dist-'));
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    mode: 'production',
    build: { outDir: folder, emptyOutDir: true },
  });
  project.provide('viewer', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
