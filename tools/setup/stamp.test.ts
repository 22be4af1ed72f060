// Reference: what must and must not count as a change, written down case by case; each case changes one thing on disk.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDigest } from './build.mjs';
import { installDigest, unlinkedFolders } from './dependencies.mjs';
import { pnpmVersion } from './pnpm.mjs';
import { digest, stampMatches, writeStamp } from './stamp.mjs';

let base: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
};

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'noisesmith-stamp-'));
  write('packages/a/package.json', '{ "scripts": { "build": "tsup" }, "dependencies": { "left": "1.0.0" } }');
  write('packages/a/src/index.ts', 'export {};');
  write('packages/a/src/index.test.ts', 'x');
  write('packages/a/dist/index.js', 'export {};');
  write('bench/package.json', '{}');
});
afterEach(() => rmSync(base, { recursive: true }));

describe('stamps', () => {
  it('matches what was written and nothing else', () => {
    const path = join(base, 'deep', 'stamp');
    expect(stampMatches(path, 'a')).toBe(false);
    writeStamp(path, 'a');
    expect([stampMatches(path, 'a'), stampMatches(path, 'b')]).toEqual([true, false]);
  });

  it('keeps parts apart', () => {
    expect(digest(['ab', 'c'])).not.toBe(digest(['a', 'bc']));
  });
});

describe('installDigest', () => {
  const machine = { pnpm: '10.0.0', node: 'v20.20.2', platform: 'linux', arch: 'x64' };

  it.each([
    ['the lock file', () => installDigest('other', machine)],
    ['pnpm', () => installDigest('lock', { ...machine, pnpm: '10.0.1' })],
    ['Node', () => installDigest('lock', { ...machine, node: 'v22.0.0' })],
    ['the architecture', () => installDigest('lock', { ...machine, arch: 'arm64' })],
  ])('changes with %s', (_, other) => {
    expect(other()).not.toBe(installDigest('lock', machine));
    expect(installDigest('lock', { ...machine })).toBe(installDigest('lock', machine));
  });
});

describe('unlinkedFolders', () => {
  it('names the packages whose dependencies are not there', () => {
    expect(unlinkedFolders(base)).toEqual(['packages/a']);
    write('packages/a/node_modules/left/package.json', '{}');
    expect(unlinkedFolders(base)).toEqual([]);
  });
});

describe('buildDigest', () => {
  it.each<[string, () => void]>([
    ['a source of another length', () => write('packages/a/src/index.ts', 'export const a = 1;')],
    ['a source of the same length, by its time', () => utimesSync(join(base, 'packages/a/src/index.ts'), 1, 1)],
    ['a new source', () => write('packages/a/src/deep/b.ts', '')],
    ['a removed output', () => rmSync(join(base, 'packages/a/dist'), { recursive: true })],
    ['the build configuration', () => write('packages/a/tsup.config.ts', '')],
    ['the shared configuration', () => write('tsup.base.ts', '')],
    ['a new package', () => write('apps/b/package.json', '{ "scripts": { "build": "tsup" } }')],
  ])('changes with %s', (_, change) => {
    const before = buildDigest(base);
    expect(buildDigest(base)).toBe(before);
    change();
    expect(buildDigest(base)).not.toBe(before);
  });

  it('does not change with tests or with packages that are not built', () => {
    const before = buildDigest(base);
    write('packages/a/src/index.test.ts', 'another test');
    write('bench/src/main.ts', '');
    expect(buildDigest(base)).toBe(before);
  });
});

describe('pnpmVersion', () => {
  it('drops the hash and rejects anything but an exact version', () => {
    expect(pnpmVersion('pnpm@10.34.8+sha512.abc')).toBe('10.34.8');
    expect(() => pnpmVersion('yarn@4.0.0')).toThrow('expected pnpm@X.Y.Z');
    expect(() => pnpmVersion(undefined)).toThrow('expected pnpm@X.Y.Z');
  });
});
