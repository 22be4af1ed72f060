// Reference: what README.md, CONTRIBUTING.md and ARCHITECTURE.md say. Every ts block runs, every command line runs or is
// checked against the script that it calls, every path and import named there is looked up in the repository.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectConfigs } from '../../bench/src/configs';
import { selectContestants } from '../../bench/src/contestants';
import { packagesFolder } from '../../examples/testing/packages-folder';
import { nodeArguments, root } from '../../examples/testing/run-example';
import { WRITE_API } from '../tasks/check.mjs';
import { releaseSteps } from '../tasks/release.mjs';
import { type CommandLine, namedCommands, parseCommandLines } from './command-line';
import { codeSpans, namedPaths, parseDocument, readDocument, sectionsOf, tableRows } from './markdown';
import { notMeasured, unsourcedFigures, unsourcedTables } from './measurements';
import { runCli, runNode, runnable, scripts, sourceHelp, toolHelp } from './scripts';
import { checkViewer } from './viewer';

const readme = readDocument('README.md');
const contributing = readDocument('CONTRIBUTING.md');
const architecture = readDocument('ARCHITECTURE.md');
const fences = [...readme.fences, ...contributing.fences];

/** Where ts blocks lie while they run. */
let scratch = '';
/** The working folder of all that runs: a root in which nothing but `fixtures` is there yet. */
let work = '';

beforeAll(async () => {
  scratch = packagesFolder();
  work = await mkdtemp(join(tmpdir(), 'readme-'));
  await symlink(join(root, 'fixtures'), join(work, 'fixtures'), 'junction');
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
});

it('has no block that nothing runs', () => {
  expect(fences.map(({ language }) => language).filter((language) => language !== 'ts' && language !== 'sh')).toEqual(
    [],
  );
});

describe('ts blocks run and print', () => {
  const blocks = fences.filter(({ language }) => language === 'ts');
  it.each(blocks)('$place', async ({ place, text }) => {
    const file = join(scratch, `${place.replace(/\W/g, '-')}.ts`);
    await writeFile(file, text);
    const { stdout } = await runNode([...nodeArguments, file], work);
    expect(stdout.trim()).not.toBe('');
    expect(stdout).not.toMatch(/\bNaN\b/);
  });
});

/** A run of three steps and one sample of each class, with every file of a whole one. */
const shortened = ['--steps', '3', '--checkpoint-every', '3', '--grid-every', '3', '--set', 'output.samplesPerClass=1'];

async function checkTest({ args, place }: CommandLine): Promise<void> {
  for (const path of args) expect(existsSync(join(root, path)), `${place}: ${path}`).toBe(true);
}

async function checkBench({ args }: CommandLine): Promise<void> {
  const usage = await sourceHelp('bench/main.ts');
  args.forEach((arg, i) => {
    if (arg.startsWith('--')) expect(usage).toContain(`${arg} `);
    if (arg === '--config') selectConfigs(args[i + 1]!);
    if (arg === '--contestants') selectContestants(args[i + 1]!, new Map());
  });
}

async function checkTool({ args, script }: CommandLine): Promise<void> {
  const help = await toolHelp(script);
  for (const arg of args) expect(help).toMatch(new RegExp(`^\\s*${arg}\\b`, 'm'));
}

const checks: Readonly<Record<string, (line: CommandLine) => Promise<unknown>>> = {
  noisesmith: ({ args }) => runCli(args, work),
  train: ({ args }) => runCli(['train', ...args, ...shortened], work),
  test: checkTest,
  bench: checkBench,
  viewer: ({ args }) => checkViewer(args),
  check: async ({ args }) => expect(args.filter((arg) => arg !== WRITE_API)).toEqual([]),
  release: async ({ args }) => expect(releaseSteps).toContain(args.join(' ')),
  changeset: checkTool,
  docs: async ({ args }) => expect(args).toEqual([]),
  format: checkTool,
};

describe('command lines', () => {
  const lines = fences.filter(({ language }) => language === 'sh').flatMap(parseCommandLines);

  it('are there', () => {
    expect(lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['npm run train', 'npm test', 'npm run bench']),
    );
  });

  it.each(lines)('$place $text', async (line) => {
    const { place, script, text } = line;
    expect(Object.keys(scripts), `${place}: ${text}`).toContain(script);
    const [program, file, what] = scripts[script]!.split(' ');
    if (program === 'node') {
      expect([file, what]).toEqual(['tools/run.mjs', script]);
      expect(await runnable(file!)).toContain(script);
    }
    const check = checks[script];
    if (!check) throw new Error(`${place}: '${text}': nothing here runs or checks npm run ${script}`);
    await check(line);
  });

  it('of the prose name scripts', () => {
    const spans = [readme, contributing, architecture].flatMap(({ prose }) => codeSpans(prose.join('\n')));
    const named = spans.flatMap((span) => /^npm (?:run )?(?!run$)([\w:-]+)/.exec(span)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(2);
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  it('that need a shell, another program or an unknown form are refused', () => {
    const parse = (text: string) => parseCommandLines({ place: 'X.md:1', language: 'sh', text });
    expect(parse('# only this\nnpm test -- a/b # and this\n')).toMatchObject([{ script: 'test', args: ['a/b'] }]);
    for (const text of ['npm test && echo', 'npx tsc', 'npm install x', 'npm run bench --steps 1']) {
      expect(() => parse(text)).toThrow(/^X\.md:1: /);
    }
  });
});

describe('commands that give numbers', () => {
  const folders = ['.changeset', 'docs', 'docs/guide', 'packages/*', 'apps/*'].flatMap((folder) => {
    const [path, each] = folder.split('/*') as [string, string?];
    return each === undefined ? [path] : readdirSync(join(root, path)).map((name) => `${path}/${name}`);
  });
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) =>
      name.endsWith('.md') && name !== 'CHANGELOG.md' ? [`${folder}/${name}`] : [],
    ),
  );
  const documents = [readme, contributing, architecture, ...names.map(readDocument)];
  const commands = documents.flatMap(namedCommands);

  it('are there', () => {
    expect(commands.map(({ program }) => program)).toEqual(expect.arrayContaining(['bench', 'noisesmith', 'test']));
  });

  it.each(documents)('stand beside each table of $name', (document) => {
    expect(unsourcedTables(document)).toEqual([]);
  });

  it('are missed beside a table of numbers, and not beside one of words', () => {
    const unsourced = (text: string) => unsourcedTables(parseDocument('X.md', text));
    const table = '| ms | a |\n| -- | -: |\n| x | 3.4 (2×) |\n| y | - |\n| z | 12 |\n';
    expect(unsourced(`# A\n\nFast:\n\n${table}\n${table}\nSo it is.\n`)).toEqual(['| ms | a |', '| ms | a |']);
    expect(unsourced('# A\n\nWords:\n\n| what | is |\n| -- | -- |\n| x | a 3 |\n')).toEqual([]);
    const source = 'By `npm run bench -- --sizes`:';
    expect(unsourced(`# A\n\n${source}\n\n${table}\n${table}`)).toEqual([]);
    expect(unsourced(`# A\n\nFast:\n\n${table}\n${source}\n`)).toEqual([]);
    expect(unsourced(`# A\n\n${source}\n\nFast:\n\n${table}\n`)).toEqual([]);
    expect(unsourced(`# A\n\n${source}\n\n# B\n\nOn 2026-11-28:\n\n${table}\n`)).toEqual(['| ms | a |']);
  });

  it.each(documents)('stand by each figure in the sentences of $name', (document) => {
    expect(unsourcedFigures(document)).toEqual([]);
  });

  it('are missed by a figure that nothing gives', () => {
    const unsourced = (text: string) => unsourcedFigures(parseDocument('X.md', text));
    const figures = [
      '3 ms',
      '1,000 MiB',
      '5 %',
      '2.5× as long',
      '40 GFLOP/s',
      '3 minutes',
      '3 times as much',
      'a factor of 2',
    ];
    for (const one of figures) expect(unsourced(`# A\n\nIt takes\n${one}.\n`)).toEqual([`It takes ${one}.`]);
    for (const one of ['32 × 4', 'Node 20', '3 steps', 'v1.2']) expect(unsourced(`# A\n\n${one}\n`), one).toEqual([]);
    for (const source of ['`npm run bench -- --sizes`', '`a/b.test.ts`', '[there](performance.md)']) {
      expect(unsourced(`# A\n\nIt takes 3 ms (${source}).\n`)).toEqual([]);
      expect(unsourced(`# A\n\nBy ${source}:\n\n- It takes 3 ms.\n- And\n  5 %.\n`)).toEqual([]);
      expect(unsourced(`# A\n\n- By ${source} 3 ms.\n- 5 %.\n\n# B\n\n4 ms\n\n5 s.\n`)).toEqual(['4 ms', '5 s.']);
      expect(unsourced(`# A\n\nWords.\n\n- By ${source} 3 ms.\n- 5 %.\n`)).toEqual(['- 5 %.']);
    }
  });

  it('are not asked of constants, each of which is still there', () => {
    const text = documents.map(({ prose }) => prose.join(' ').replace(/\s+/g, ' ')).join(' ');
    expect(notMeasured.filter(([words]) => !text.includes(words))).toEqual([]);
  });

  it.each(commands)('$place: $text', async ({ args, program }) => {
    if (program === 'test') return expect(args.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const ask =
      program === 'bench' && !/^--(explain|scaling|pages|sizes|tiles)$/.test(args[0] ?? '') ? [] : args.slice(0, 1);
    const file = program === 'bench' ? 'bench/main.ts' : 'apps/trainer/src/main.ts';
    const help = await sourceHelp([file, ...ask].join(' '));
    const flags = args.slice(ask.length).filter((arg) => arg.startsWith('--'));
    for (const flag of flags) expect(help).toMatch(new RegExp(`${flag}\\b`));
    args.forEach((arg, i) => {
      if (program === 'bench' && arg === '--config') selectConfigs(args[i + 1]!);
      if (arg === '--contestants') selectContestants(args[i + 1]!, new Map());
    });
  });
});

describe('the README', () => {
  it('lists the commands that there are', async () => {
    const { stdout } = await runCli(['--help'], work);
    const list = /^Commands.*\n((?: {2}.*\n)+)/m.exec(stdout)![1]!;
    const printed = list
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)[0]!);
    const written = tableRows(readme, 'command').flatMap(([command]) => codeSpans(command!));
    expect(written.toSorted()).toEqual(printed.toSorted());
  });

  it('lists what npm run train leaves', () => {
    const files = tableRows(readme, 'in `runs/mnist/`').flatMap(([file]) => codeSpans(file!));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(existsSync(join(work, 'runs', 'mnist', file)), file).toBe(true);
  });

  it('describes its pictures in words', () => {
    const images = Array.from(readme.prose.join('\n').matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g));
    // The film, the grid and its curve, four pages.
    expect(images).toHaveLength(7);
    for (const [, words] of images) expect(words!.length).toBeGreaterThan(20);
  });

  it('names every package', () => {
    const headings = readme.prose.flatMap((line) => /^### \[@noisesmith\/(\w+)\]/.exec(line)?.[1] ?? []);
    const described = tableRows(architecture, 'room').flatMap(([room]) => /`packages\/(\w+)`/.exec(room!)?.[1] ?? []);
    expect(headings.toSorted()).toEqual(described.toSorted());
  });
});

/** Headings of a document as links name them. */
const headingsOf = (text: string): string[] =>
  Array.from(text.matchAll(/^#+ (.+)$/gm), ([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

it.each([readme, contributing, architecture])('the links of $name lead somewhere', ({ prose }) => {
  const links = Array.from(prose.join('\n').matchAll(/(?<!!)\[[^\]]*\]\(([^)]+)\)/g), (match) => match[1]!);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    const [path, heading] = link.split('#') as [string, string?];
    expect(existsSync(join(root, path)), link).toBe(true);
    if (heading !== undefined) expect(headingsOf(readFileSync(join(root, path), 'utf8')), link).toContain(heading);
  }
});

describe('paths', () => {
  it.each([architecture, contributing])('of $name exist', (document) => {
    const paths = namedPaths(document);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each([
    ['ARCHITECTURE.md, where to add what', architecture, /^Where to add/],
    ['CONTRIBUTING.md, adding', contributing, /^Adding/],
  ] as const)('of %s hold the names that stand beside them', (_, document, heading) => {
    const files = namedPaths(document).map(({ path }) => join(root, path));
    const held = (file: string) => (statSync(file).isFile() ? readFileSync(file, 'utf8') : readdirSync(file).join(' '));
    const text = files.map(held).join('\n');
    const named = sectionsOf(document).filter(({ title }) => heading.test(title));
    const names = named.flatMap((section) => codeSpans(section.text)).filter((span) => /^[A-Za-z]\w+$/.test(span));
    expect(names.length).toBeGreaterThan(3);
    const words = new Set(text.match(/\w+/g));
    expect(names.filter((name) => !words.has(name) && !existsSync(join(root, name)))).toEqual([]);
  });

  it('are found relative to what a section says, and missing ones are noticed', () => {
    const text =
      '## A\nPaths in this section start at `tools/readme`. `markdown.ts`, `bench/main.ts`\n## B\n`no/such.ts`\n';
    expect(namedPaths(parseDocument('X.md', text))).toEqual([
      { section: 'A', path: 'tools/readme' },
      { section: 'A', path: 'tools/readme/markdown.ts' },
      { section: 'A', path: 'bench/main.ts' },
      { section: 'B', path: 'no/such.ts' },
    ]);
  });
});

describe('the rooms of ARCHITECTURE.md', () => {
  const rows = tableRows(architecture, 'room').map(([room, , standsOn]) => ({
    room: codeSpans(room!)[0]!,
    standsOn: standsOn!,
  }));
  const packages = rows.flatMap(({ room }) => /^packages\/(\w+)$/.exec(room)?.[1] ?? []);
  const withManifest = rows.filter(({ room }) => existsSync(join(root, room, 'package.json')));

  it.each(withManifest)('$room stands on what its package.json says', async ({ room, standsOn }) => {
    const manifest = JSON.parse(await readFile(join(root, room, 'package.json'), 'utf8'));
    // What is published as a bundle holds its packages: they are needed where it is built.
    const isBundle = manifest.scripts?.build === 'vite build';
    const needed = Object.keys((isBundle ? manifest.devDependencies : manifest.dependencies) ?? {}).flatMap(
      (name) => /^@noisesmith\/(?!testing$)(.*)$/.exec(name)?.[1] ?? [],
    );
    const written = standsOn.split(', ').flatMap((words) => {
      if (words.startsWith('nothing')) return [];
      const but = /^all packages(?: but (\w+))?$/.exec(words);
      return but ? packages.filter((name) => name !== but[1]) : [words];
    });
    expect(written.toSorted()).toEqual(needed.toSorted());
  });

  it('are ordered so that imports go one way', () => {
    expect(withManifest.length).toBeGreaterThan(9);
    packages.forEach((name, i) => {
      const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
      const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
      for (const later of packages.slice(i)) expect(Object.keys(dependencies)).not.toContain(`@noisesmith/${later}`);
    });
  });
});
