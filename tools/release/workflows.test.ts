// Reference: GitHub's advice on secure workflows: actions pinned by the sha of a commit, no more permissions than the work needs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJson, root } from '../setup/workspace.mjs';

const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const scripts = Object.keys(readJson(join(root, 'package.json')).scripts);

describe.each(workflows)('$name', ({ text }) => {
  it('pins every action by a sha, with its version beside it', () => {
    const uses = [...text.matchAll(/uses: (.+)/g)].map(([, used]) => used);
    expect(uses.length).toBeGreaterThan(0);
    for (const used of uses) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('starts with no permission but to read', () => {
    expect(/^permissions:(?: \{\}|\n {2}contents: read)\n\n/m.test(text)).toBe(true);
  });

  it('runs scripts that package.json has', () => {
    const named = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});

it('tests run on every Node that is kept up', () => {
  expect(workflows.find(({ name }) => name === 'ci.yml')?.text).toContain('node: ["20", "22", "24"]');
});
