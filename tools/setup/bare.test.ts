// Reference: what the README promises: Node and npm are enough. What runs before the set-up has nothing installed to stand on.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.mjs';

/** Modules that a file imports as soon as it is loaded, with all that these import, by path; and what is no file of ours. */
function loadedBy(path: string, files = new Set<string>(), others = new Set<string>()) {
  if (files.has(path)) return { files, others };
  files.add(path);
  const text = readFileSync(path, 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*'([^']+)'/gm)) {
    if (name!.startsWith('.')) loadedBy(join(dirname(path), name!), files, others);
    else others.add(name!);
  }
  return { files, others };
}

it('npm run starts on Node alone', () => {
  const { files, others } = loadedBy(join(root, 'tools', 'run.mjs'));
  expect([...files].map((path) => relative(root, path))).toContain('tools/setup/pnpm.mjs');
  expect([...others].filter((name) => !name.startsWith('node:'))).toEqual([]);
});
