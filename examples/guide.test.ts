// Reference: what the pages of docs/guide say. Every ts block runs and prints, every command line runs with fewer steps, and
// links, paths, scripts and pages of the viewer are looked up.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@noisesmith/runs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cli } from '../apps/trainer/test/cli-run';
import { usage as benchUsage } from '../bench/src/options';
import { codeSpans, namedPaths, parseDocument } from '../tools/readme/markdown';
import { scripts } from '../tools/readme/scripts';
import { releaseSteps } from '../tools/tasks/release.mjs';
import { packagesFolder } from './testing/packages-folder';
import { root } from './testing/run-example';

const folder = join(root, 'docs', 'guide');
const pages = readdirSync(folder).map((name) => parseDocument(name, readFileSync(join(folder, name), 'utf8')));
const fences = pages.flatMap((page) => page.fences);

/** Where ts blocks lie while they run. */
let scratch = '';
const before = process.cwd();
let work = '';

/** Pictures of 9 × 8 pixels, of two classes. */
function makePhotos(at: string): void {
  for (const [kind, label] of ['cats', 'dogs'].entries()) {
    mkdirSync(join(at, label!), { recursive: true });
    for (let i = 0; i < 6; i++) {
      const data = Uint8Array.from({ length: 9 * 8 * 3 }, (_, j) => (kind * 90 + i * 20 + j * 7) % 256);
      writeFileSync(join(at, label!, `${i}.png`), encodePng({ width: 9, height: 8, channels: 3, data }));
    }
  }
}

beforeAll(() => {
  scratch = packagesFolder();
  work = mkdtempSync(join(tmpdir(), 'guide-'));
  makePhotos(join(work, 'photos'));
  process.chdir(work);
});
afterAll(() => {
  process.chdir(before);
  rmSync(scratch, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
});

it('has no block that nothing runs', () => {
  expect(pages.length).toBeGreaterThan(3);
  expect(fences.map(({ language }) => language).filter((language) => language !== 'ts' && language !== 'sh')).toEqual(
    [],
  );
});

describe('ts blocks run and print', () => {
  it.each(fences.filter(({ language }) => language === 'ts'))('$place', async ({ place, text }) => {
    const file = join(scratch, `${place.replace(/\W/g, '-')}.ts`);
    writeFileSync(file, `${text}export {};\n`);
    const print = vi.spyOn(console, 'log').mockReturnValue();
    try {
      await import(/* @vite-ignore */ file);
      const printed = print.mock.calls.flat().map(String).join(' ');
      expect(printed).not.toBe('');
      expect(printed).not.toMatch(/\bNaN\b|undefined/);
    } finally {
      print.mockRestore();
    }
  });
});

/** A network of a picture of 8 × 8, trained for two steps. */
const small = [
  ...[
    'model.image=[8,8]',
    'model.latents=4',
    'model.latentDim=16',
    'model.tapeDim=16',
    'model.blocks=[1]',
    'data.size=8',
  ],
  ...[
    'model.heads=2',
    'model.rwHeads=2',
    'train.steps=2',
    'train.batch=2',
    'output.samplesPerClass=0',
    'sampling.steps=2',
  ],
].flatMap((setting) => ['--set', setting]);
const shorter: Readonly<Record<string, readonly string[]>> = { train: small, eval: ['--most', '4'] };

describe('command lines', () => {
  const lines = fences
    .filter(({ language }) => language === 'sh')
    .flatMap(({ place, text }) =>
      text
        .trim()
        .split('\n')
        .map((line) => ({ place, line })),
    );

  it.each(lines)('$place $line', async ({ line }) => {
    const [program, name, ...args] = line.split(' ');
    if (program === 'npm') {
      expect([name, ...args]).toEqual(['install', 'noisesmith', 'sharp']);
      return;
    }
    expect([program, name]).toEqual(['npx', 'noisesmith']);
    const result = await cli([...args, ...(shorter[args[0]!] ?? [])]);
    expect(result.exitCode, result.err).toBe(0);
    expect(result.out + result.err).not.toBe('');
  });

  it('of the prose name scripts and flags that there are', () => {
    const spans = pages.flatMap(({ prose }) => codeSpans(prose.join('\n').replaceAll(/\n(?=\S)/g, ' ')));
    const named = spans.flatMap((span) => [...span.matchAll(/^npm (?:run )?([\w-]+)(?: -- (.*))?$/g)]);
    expect(named.length).toBeGreaterThan(3);
    for (const [text, script, args = ''] of named) {
      expect(Object.keys(scripts), text).toContain(script);
      if (script === 'release') expect(releaseSteps).toContain(args);
      if (script === 'bench') for (const [flag] of args.matchAll(/--[\w-]+/g)) expect(benchUsage).toContain(`${flag} `);
    }
  });
});

describe.each(pages)('$name', ({ name, prose }) => {
  const text = prose.join('\n');

  it('has links that lead somewhere, and pages of the viewer that there are', () => {
    const routes = readFileSync(join(root, 'apps', 'viewer', 'src', 'routes.ts'), 'utf8');
    const links = Array.from(text.matchAll(/(?<!!)\[[^\]]*\]\(([^)]+)\)/g), (match) => match[1]!);
    for (const link of links) {
      const page = /^http:\/\/127\.0\.0\.1:4173\/#\/(\w+)/.exec(link)?.[1];
      if (page === undefined) expect(existsSync(join(folder, link.split('#')[0]!)), link).toBe(true);
      else expect(routes, link).toContain(`path: '${page}'`);
    }
  });

  it('names paths that there are', () => {
    const paths = namedPaths({ name, prose, fences: [] }).filter(({ path }) =>
      /^(apps|packages|docs|examples|fixtures|\.github)\//.test(path),
    );
    for (const { path } of paths) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
