// Reference: npm itself, with a registry on loopback: what a stranger gets who installs what `changeset publish` has published.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from '../../readme/markdown';
import { pnpmCommand } from '../../setup/pnpm.mjs';
import { readJson, resolveFrom, root, workspaceFolders } from '../../setup/workspace.mjs';
import { openAt } from '../../testing/chromium-page';
import { openRegistry, type Registry } from './registry';
import { run } from './run';

const folder = mkdtempSync(join(tmpdir(), 'registry-'));
const clone = join(folder, 'clone');
let registry: Registry;
/** A release's environment: the registry, and who makes the tags. */
let release: NodeJS.ProcessEnv = {};

const published = workspaceFolders()
  .map((path) => ({ path, manifest: readJson(join(root, path, 'package.json')) }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ path, manifest }) => ({ path, name: manifest.name as string }));

/** What READMEs name for other files than those of their first example. */
const notForExamples = /^(sharp|emoji-datasource-google@.*)$/;

/** changesets in the clone, as `npm run release` calls it, but that nothing is built anew for a version. */
const changeset = (...args: string[]): Promise<string> =>
  run(pnpmCommand(['exec', 'changeset', ...args]) as [string, ...string[]], clone, release);

const versionIn = (path: string): string => readJson(join(clone, path, 'package.json')).version;

beforeAll(async () => {
  registry = await openRegistry(join(folder, 'registry'));
  release = {
    ...registry.env,
    GIT_AUTHOR_NAME: 'maker',
    GIT_AUTHOR_EMAIL: 'maker@localhost',
    GIT_COMMITTER_NAME: 'maker',
    GIT_COMMITTER_EMAIL: 'maker@localhost',
    // What was built from the same sources is not built again.
    TURBO_CACHE_DIR: join(root, '.turbo', 'cache'),
  };
  await run(['git', 'clone', '--quiet', root, clone], folder);
});

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a release', () => {
  it('publishes every package under the version that its changesets ask for', async () => {
    await run(['npm', 'run', 'release', '--', 'version'], clone, release);
    await changeset('publish');
    for (const { path, name } of published) {
      const manifest = await registry.manifest(name);
      expect(Object.keys(manifest?.versions ?? {}), name).toEqual([versionIn(path)]);
      expect(readFileSync(join(clone, path, 'CHANGELOG.md'), 'utf8')).toContain(`## ${versionIn(path)}`);
    }
  });

  it('publishes a package that a changeset bumps, and those that stand on it, with ranges of the new version', async () => {
    const before = versionIn('packages/schedules');
    writeFileSync(join(clone, '.changeset', 'next.md'), '---\n"@noisesmith/schedules": minor\n---\n\nA curve more\n');
    await changeset('version');
    await changeset('publish');
    const after = versionIn('packages/schedules');
    expect(after).not.toBe(before);
    expect(Object.keys((await registry.manifest('@noisesmith/schedules'))!.versions)).toEqual([before, after]);
    const changelog = readFileSync(join(clone, 'packages', 'schedules', 'CHANGELOG.md'), 'utf8');
    expect(changelog).toContain('A curve more');
    const samplers = (await registry.manifest('@noisesmith/samplers'))!;
    expect(samplers.versions[samplers['dist-tags'].latest]?.dependencies?.['@noisesmith/schedules']).toBe(`^${after}`);
    // What does not stand on it is as it was.
    expect(Object.keys((await registry.manifest('@noisesmith/formats'))!.versions)).toHaveLength(1);
  });
});

/** The first example of a package's README, as JavaScript. */
function exampleOf(path: string): string {
  const { fences } = parseDocument('README.md', readFileSync(join(root, path, 'README.md'), 'utf8'));
  const first = fences.find(({ language }) => language === 'ts');
  if (!first) throw new Error(`${path}/README.md: no example`);
  const { outputText } = ts.transpileModule(first.text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return outputText;
}

/** Packages that a README says to install for its first example. */
function installedFor(path: string): string[] {
  const { fences } = parseDocument('README.md', readFileSync(join(root, path, 'README.md'), 'utf8'));
  const lines = fences.find(({ language }) => language === 'sh')!.text.matchAll(/^npm install ([^#\n]+)/gm);
  return [...lines].flatMap(([, words]) => words!.trim().split(/\s+/)).filter((name) => !notForExamples.test(name));
}

describe('an empty folder', () => {
  it('has nothing but schedules when that is installed', async () => {
    const place = join(folder, 'schedules');
    mkdirSync(place);
    await run(['npm', 'install', '@noisesmith/schedules'], place, registry.env);
    expect(readdirSync(join(place, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@noisesmith']);
    expect(readdirSync(join(place, 'node_modules', '@noisesmith'))).toEqual(['schedules']);
  });

  it.each(published.filter(({ path }) => path.startsWith('packages/')))(
    '$name installs by itself and runs its example',
    async ({ path, name }) => {
      const place = join(folder, name.split('/').at(-1)!, 'example');
      mkdirSync(place, { recursive: true });
      symlinkSync(join(root, 'fixtures'), join(place, 'fixtures'));
      await run(['npm', 'install', ...installedFor(path)], place, registry.env);
      writeFileSync(join(place, 'example.mjs'), exampleOf(path));
      await run([process.execPath, 'example.mjs'], place);
    },
  );

  it('has the command line, which trains', async () => {
    const place = join(folder, 'command');
    mkdirSync(place);
    await run(['npm', 'install', 'noisesmith'], place, registry.env);
    const told = JSON.parse(await run(['npx', '--no-install', 'noisesmith', 'doctor', '--json'], place, registry.env));
    expect(told).toMatchObject({ computes: true, problem: null });
    const settings = ['--set', 'train.steps=2', '--out', 'run'];
    await run(
      ['npx', '--no-install', 'noisesmith', 'train', '--preset', 'mnist-tiny', ...settings],
      place,
      registry.env,
    );
    expect(readdirSync(join(place, 'run'))).toContain('ema.safetensors');
  });

  it('has the command line in every folder when it is installed globally; alone it says what to type', async () => {
    const prefix = join(folder, 'global');
    await run(['npm', 'install', '--global', `--prefix=${prefix}`, 'noisesmith'], folder, registry.env);
    const told = await run([join(prefix, 'bin', 'noisesmith')], folder);
    expect(told).toContain(`noisesmith ${versionIn('apps/trainer')}: `);
    expect(told).toMatch(/^ {2}computes on {2}(?!nothing)/m);
    expect(told).toMatch(/^ {2}pictures .*npm install sharp$/m);
  });

  it('builds with Vite into a page whose examples run in Chromium', async () => {
    const place = join(folder, 'page');
    mkdirSync(place);
    const names = ['schedules', 'diffusion', 'rin', 'samplers', 'metrics', 'tensor'];
    const installed = names.flatMap((name) => installedFor(`packages/${name}`));
    const wanted = [...new Set(installed)].filter((name) => name !== 'webgpu');
    await run(['npm', 'install', ...wanted], place, registry.env);
    for (const name of names) writeFileSync(join(place, `${name}.js`), exampleOf(`packages/${name}`));
    writeFileSync(
      join(place, 'index.html'),
      '<!doctype html><title>page</title><script type="module" src="main.js"></script>',
    );
    const turns = names.map((name) => `await import('./${name}.js'); told.push('${name}');`);
    writeFileSync(
      join(place, 'main.js'),
      `const told = []; try { ${turns.join(' ')} } catch (error) { told.push(String(error)); } globalThis.told = told;`,
    );
    const vite = await import(resolveFrom('apps/viewer', 'vite'));
    const options = { root: place, logLevel: 'error', build: { target: 'es2022' }, configFile: false };
    await vite.build(options);
    const server = await vite.preview({ ...options, preview: { port: 0, host: '127.0.0.1' } });
    const { page, close } = await openAt(server.resolvedUrls.local[0]);
    try {
      const told = await page.waitForFunction(() => (globalThis as { told?: string[] }).told);
      expect(await told.jsonValue()).toEqual(names);
    } finally {
      await close();
      await server.close();
    }
  });
});
