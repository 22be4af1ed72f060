// Reference: what a package may hold, as CONTRIBUTING.md says; the format of source maps (ECMA-426), by a map written here.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tarballProblems, unpacked } from './tarball.mjs';

const machine = { folder: '/home/maker/noisesmith', home: '/home/maker', host: 'workbench' };
const map = { version: 3, sources: ['../src/index.ts'], names: [], mappings: '' };
const right: Record<string, string> = {
  'package.json': '{ "dependencies": { "a": "^1.0.0" } }',
  'README.md': '# A',
  LICENSE: 'MIT',
  'dist/index.js': 'export {};\n//# sourceMappingURL=index.js.map',
  'dist/index.js.map': JSON.stringify(map),
  'src/index.ts': 'export {};',
};
const problemsOf = (files: Record<string, string | undefined>): string[] => {
  const kept = Object.entries({ ...right, ...files }).filter(([, text]) => text !== undefined);
  return tarballProblems(new Map(kept.map(([path, text]) => [path, Buffer.from(text!)])), machine);
};

it('a package with all that it needs is right', () => {
  expect(problemsOf({})).toEqual([]);
});

it.each<[Record<string, string | undefined>, string]>([
  [{ LICENSE: undefined }, 'LICENSE: not there'],
  [{ 'README.md': undefined }, 'README.md: not there'],
  [{ 'src/a.test.ts': '' }, "src/a.test.ts: a test's"],
  [{ 'src/testing/cases.ts': '' }, "src/testing/cases.ts: a test's"],
  [{ 'src/index.ts': undefined }, 'dist/index.js.map: its source ../src/index.ts is not in the package'],
  [{ 'dist/index.js.map': undefined }, 'dist/index.js: its source map index.js.map is not in the package'],
  [{ 'dist/index.d.ts': '// /home/maker/noisesmith/a.ts' }, 'dist/index.d.ts: holds "/home/maker/noisesmith"'],
  [{ 'README.md': 'made on workbench' }, 'README.md: holds "workbench"'],
  [{ 'package.json': '{ "dependencies": { "a": "workspace:^" } }' }, 'package.json: names a version as workspace:'],
])('%j is told', (files, message) => {
  expect(problemsOf(files).join('\n')).toContain(message);
});

it('a map that holds its sources needs no file of them', () => {
  const whole = JSON.stringify({ ...map, sourcesContent: ['export {};'] });
  expect(problemsOf({ 'src/index.ts': undefined, 'dist/index.js.map': whole })).toEqual([]);
});

it('files are read from a tarball', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tarball-'));
  await mkdir(join(folder, 'package', 'dist'), { recursive: true });
  await writeFile(join(folder, 'package', 'README.md'), '# A');
  await writeFile(join(folder, 'package', 'dist', 'index.js'), 'export {};'.repeat(5000));
  execFileSync('tar', ['-czf', 'a.tgz', 'package'], { cwd: folder });
  const files = await unpacked(join(folder, 'a.tgz'));
  expect([...files].map(([path, bytes]) => [path, bytes.length]).sort()).toEqual([
    ['README.md', 3],
    ['dist/index.js', 50000],
  ]);
  await rm(folder, { recursive: true });
});
