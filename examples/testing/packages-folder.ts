import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './run-example';

/**
 * A new folder for modules that import the packages by name. It lies among the system's temporary ones: what a killed test
 * leaves is not in the way of git, checks and later tests.
 */
export function packagesFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'noisesmith-packages-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const scope = join(folder, 'node_modules', '@noisesmith');
  mkdirSync(scope, { recursive: true });
  const packages = join(root, 'packages');
  for (const name of readdirSync(packages)) symlinkSync(join(packages, name), join(scope, name), 'junction');
  return folder;
}
