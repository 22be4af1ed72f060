// Reference: the arrows that ARCHITECTURE.md draws between the folders of this package, read off the imports themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing'),
);

/** Files of this package that a file imports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const named = [...text.matchAll(/(?:from|import) '(\.{1,2}\/[^']+)'/g)].map(([, name]) =>
    relative(source, join(source, dirname(file), name!)),
  );
  return named.flatMap((name) => [`${name}.ts`, join(name, 'index.ts')].filter((path) => files.includes(path)));
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));
/** Rooms within a backend's. */
const inner = ['webgpu/device', 'webgpu/wgsl'];

const roomOf = (file: string): string => {
  const within = inner.find((room) => file.startsWith(`${room}/`));
  return within ?? (file.includes('/') ? file.split('/')[0]! : '');
};

/** Groups of files that reach each other (Tarjan 1972). */
function circles(): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const next of imports.get(file)!) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

/** Rooms that are of one backend alone: nothing above them knows that there are GPUs. */
const backends = [...inner, 'webgpu', 'wasm'];

/** Types of one idea in two files. */
const allowed = ['ir/definition.ts ir/tensor.ts'];

it('no files import each other in a circle', () => {
  const named = circles().map((circle) => circle.join(' '));
  expect(named.filter((circle) => !allowed.includes(circle))).toEqual([]);
});

it.each([
  ['ir', ['ops', 'autodiff', 'oracle', 'lower', 'plan', ...backends]],
  ['ops', ['oracle', 'lower', 'plan', ...backends]],
  ['autodiff', ['oracle', 'lower', 'plan', ...backends]],
  ['random', ['ir', 'ops', 'autodiff', 'oracle', 'lower', 'plan', ...backends]],
  ['lower', ['ops', 'autodiff', 'oracle', 'plan', ...backends]],
  ['plan', ['oracle', ...backends]],
  ['oracle', backends],
  ['webgpu/device', ['ir', 'ops', 'autodiff', 'oracle', 'lower', 'plan', 'webgpu/wgsl', 'webgpu', 'wasm']],
  ['webgpu/wgsl', ['autodiff', 'oracle', 'webgpu', 'wasm']],
  ['webgpu', ['autodiff', 'oracle', 'wasm']],
  ['wasm', ['autodiff', 'oracle', ...inner, 'webgpu']],
])('%s knows nothing of %j', (room, others) => {
  const reaching = files
    .filter((file) => roomOf(file) === room)
    .flatMap((file) => imports.get(file)!.flatMap((to) => (others.includes(roomOf(to)) ? [`${file} -> ${to}`] : [])));
  expect(reaching).toEqual([]);
});

it.each(['backend.ts', 'errors.ts', 'profile.ts'])('%s, which all backends share, knows none of them', (file) => {
  expect(imports.get(file)!.filter((to) => [...backends, 'oracle'].includes(roomOf(to)))).toEqual([]);
});
