// References: knip, changesets, size-limit and API Extractor themselves, each given a fault made for the test: these are
// the tools that `npm run check` calls, set up as it sets them up.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { binOf, root } from '../setup/workspace.mjs';
import { changesetBase } from './changeset-base.mjs';
import { checkChangesets } from './checks.mjs';
import { surfaceProblems } from './surface.mjs';

let folder = '';
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
const git = (...args: string[]): string => {
  const who = ['-c', 'user.name=maker', '-c', 'user.email=maker@localhost', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' });
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
  write('package.json', '{ "name": "planted", "private": true, "type": "module", "workspaces": ["packages/*"] }');
  write(
    'packages/a/package.json',
    '{ "name": "a", "version": "1.0.0", "type": "module", "exports": "./src/index.ts" }',
  );
  write('packages/a/src/index.ts', "import { used } from './part';\nexport const a = used;\n");
  write('packages/a/src/part.ts', 'export const used = 1;\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('knip tells of an export that nothing uses', () => {
  cpSync(join(root, 'knip.json'), join(folder, 'knip.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const knip = () => node(binOf('knip'), '--no-progress', '--include=exports', '--no-config-hints');
  expect(knip().stdout).not.toContain('dead');
  write('packages/a/src/part.ts', 'export const used = 1;\nexport const dead = 2;\n');
  const told = knip();
  expect(told.stdout).toMatch(/dead +packages\/a\/src\/part\.ts/);
  expect(told.status).toBe(1);
});

it('changesets, by git, tell of a changed package without one, and not of a changed test', () => {
  cpSync(join(root, '.changeset', 'config.json'), join(folder, '.changeset', 'config.json'));
  write('package-lock.json', '{ "lockfileVersion": 3 }');
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=start');
  git('checkout', '--quiet', '-b', 'work');
  const status = () => node(binOf('@changesets/cli', 'changeset'), 'status', `--since=${changesetBase(folder)}`);
  const commit = (path: string, text: string): void => {
    write(path, text);
    git('add', '.');
    git('commit', '--quiet', '--message=next');
  };
  commit('packages/a/src/part.test.ts', '// a test\n');
  expect(status().status).toBe(0);
  commit('packages/a/src/part.ts', 'export const used = 2;\n');
  const told = status();
  expect(told.status).toBe(1);
  expect(told.stdout + told.stderr).toContain('no changesets were found');
  commit('.changeset/more.md', '---\n"a": patch\n---\n\nused is 2\n');
  expect(status().status).toBe(0);
});

it('changesets fail with one line in a folder without commits, and where there is no program to ask', async () => {
  cpSync(join(root, '.changeset', 'config.json'), join(folder, '.changeset', 'config.json'));
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exitCode = await checkChangesets(folder);
  vi.stubEnv('PATH', folder);
  const again = await checkChangesets(folder);
  vi.unstubAllEnvs();
  const lines = told.mock.calls.map(([line]) => line);
  told.mockRestore();
  expect([exitCode, again]).toEqual([1, 1]);
  expect(lines.at(-1)).toBe(
    'noisesmith: changesets: git does not start (spawnSync git ENOENT), expected it to be in PATH\n',
  );
  expect(lines).toHaveLength(2);
  // Which of the two lines it is depends on whether there is git here.
  expect(lines[0]).toMatch(/^noisesmith: changesets: git .*, expected .*\n$/);
});

it('size-limit tells of a package over its budget', () => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  write('package.json', readFileSync(join(root, 'package.json'), 'utf8'));
  write(
    'packages/a/src/index.js',
    `export const a = ${JSON.stringify(Array.from({ length: 500 }, (_, i) => i * i))};\n`,
  );
  const limited = (limit: string) => {
    write('.size-limit.json', JSON.stringify([{ name: 'a', path: 'packages/a/src/index.js', limit }]));
    return node(binOf('size-limit'));
  };
  expect(limited('10 kB').status).toBe(0);
  const told = limited('100 B');
  expect(told.status).toBe(1);
  expect(told.stdout).toContain('Package size limit has exceeded');
});

it('a surface that differs from its report is told, and one without a report', () => {
  write('packages/a/dist/index.d.ts', '/** One. */\nexport declare const a: 1;\n');
  const problems = (write = false) => surfaceProblems(folder, 'packages/a', write);
  expect(problems()[0]).toContain('packages/a/a.api.md: not there');
  rmSync(join(folder, 'packages/a/a.api.md'), { force: true });
  expect(problems(true)).toEqual([]);
  expect(problems()).toEqual([]);
  write('packages/a/dist/index.d.ts', '/** One. */\nexport declare const a: 2;\n');
  expect(problems()[0]).toContain('packages/a/a.api.md: not what the package offers');
});
