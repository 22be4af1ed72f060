// References: the names that describe.each(backends) gives; which files of the repository open a device, by their text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root, workspaceFolders } from '../setup/workspace.mjs';
import { namesThatRun, webgpuFiles, webgpuRoom } from './webgpu-tests';

/** Files of tests in Node, by their paths from the root. */
function testFiles(): string[] {
  const folders = workspaceFolders(root).flatMap((folder) => [`${folder}/src`, `${folder}/test`]);
  const found = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
  const examples = readdirSync(join(root, 'examples')).map((name) => `examples/${name}`);
  return [...found, ...examples].filter((path) => /\.test\.ts$/.test(path) && !path.includes('/browser-'));
}

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

afterEach(() => vi.unstubAllEnvs());

describe('tests that need an adapter of WebGPU', () => {
  it('are left out by their names, alone', () => {
    const names = [
      'a run on WebGPU goes on after an interruption',
      'a run on WebAssembly goes on after an interruption',
      'changesets, by git, tell of a change',
      'digits',
    ];
    const left = (webgpu: string | undefined, git: string | undefined): readonly boolean[] => {
      vi.stubEnv('NOISESMITH_WITHOUT_WEBGPU', webgpu);
      vi.stubEnv('NOISESMITH_WITHOUT_GIT', git);
      return names.map((name) => !(namesThatRun()?.test(name) ?? true));
    };
    expect(left(undefined, undefined)).toEqual([false, false, false, false]);
    expect(left('true', undefined)).toEqual([true, false, false, false]);
    expect(left(undefined, 'true')).toEqual([false, false, true, false]);
    expect(left('true', 'true')).toEqual([true, false, true, false]);
  });

  it('are left out by files that are there', () => {
    expect([webgpuRoom, ...webgpuFiles].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('stand in those files, or say in their names what they need', () => {
    const isLeft = (path: string): boolean => path.startsWith(webgpuRoom) || webgpuFiles.includes(path);
    const opening = testFiles().filter((path) => /\bopenDevice\(/.test(textOf(path)));
    expect(opening.length).toBeGreaterThan(10);
    const silent = opening.filter(
      (path) => !isLeft(path) && !/(\bit\(|describe\(|\[)'[^'\n]*WebGPU/.test(textOf(path)),
    );
    expect(silent).toEqual([]);
  });
});
