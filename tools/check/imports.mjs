import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** What a test may import besides: its package's devDependencies, which pnpm makes the only ones that resolve. */
const isTest = (/** @type {string} */ path) => /\.test\.ts$|(^|\/)testing\//.test(path);

/**
 * What each room may stand on, as the first table of ARCHITECTURE.md says.
 * @param {string} document text of ARCHITECTURE.md
 * @returns {Map<string, Set<string>>} names of folders under `packages` and `apps`, or of rooms in the root, by room
 */
export function roomsOf(document) {
  const rows = document
    .slice(document.indexOf('| room'), document.indexOf('\n\n', document.indexOf('| room')))
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const rooms = rows.map(([, room = '', , standsOn = '']) => ({ room: room.replaceAll('`', ''), standsOn }));
  const packages = rooms.flatMap(({ room }) => (room.startsWith('packages/') ? [nameOf(room)] : []));
  return new Map(rooms.map(({ room, standsOn }) => [room, namesIn(standsOn, packages)]));
}

const nameOf = (/** @type {string} */ room) => room.split('/').at(-1) ?? room;

/**
 * @param {string} text last cell of a row
 * @param {string[]} packages
 */
function namesIn(text, packages) {
  return new Set(
    text.split(', ').flatMap((words) => {
      const all = /^all packages(?: but (\w+))?$/.exec(words);
      if (all) return packages.filter((name) => name !== all[1]);
      return words === 'nothing' ? [] : [words];
    }),
  );
}

/**
 * Imports that the table of rooms does not draw, or that leave a package by a path.
 * @param {string} base repository root
 * @param {Map<string, Set<string>>} rooms see {@link roomsOf}
 * @param {string} room a folder of packages or apps
 * @returns {string[]} a line each
 */
export function wrongImports(base, rooms, room) {
  const folder = join(base, room);
  const allowed = rooms.get(room);
  if (allowed === undefined) return [`${room}: no row in ARCHITECTURE.md's table of rooms, expected one`];
  const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|js|mjs|svelte)$/.test(path) && !isTest(path))
    .sort();
  return files.flatMap((file) => {
    const path = join(folder, 'src', file);
    const where = relative(base, path);
    return importsOf(readFileSync(path, 'utf8')).flatMap((name) => {
      const [, other] = /^@noisesmith\/([^/]+)/.exec(name) ?? [];
      if (other !== undefined && other !== nameOf(room) && !allowed.has(other)) {
        const expected = [...allowed].join(', ') || 'nothing';
        return [`${where}: imports ${name}, expected one that ${room} stands on: ${expected}`];
      }
      if (name.startsWith('.') && relative(folder, resolve(path, '..', name)).startsWith('..')) {
        return [`${where}: imports ${name} of another package by its path, expected its name`];
      }
      return [];
    });
  });
}

/** @param {string} text source */
const importsOf = (text) =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name]) => /** @type {string} */ (name));

/**
 * Rooms that reach themselves.
 * @param {Map<string, Set<string>>} rooms see {@link roomsOf}
 * @returns {string[]} a line each
 */
export function circlesOf(rooms) {
  const by = new Map([...rooms].map(([room, names]) => [nameOf(room), names]));
  /** @type {(from: string, to: string, seen?: Set<string>) => boolean} */
  const reaches = (from, to, seen = new Set()) =>
    [...(by.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return [...by.keys()]
    .filter((name) => reaches(name, name))
    .map((name) => `ARCHITECTURE.md: ${name} stands on itself by way of others, expected imports to go one way`);
}

/**
 * All that is wrong with the imports between packages.
 * @param {string} base repository root
 * @returns {string[]} a line each
 */
export function importProblems(base) {
  const rooms = roomsOf(readFileSync(join(base, 'ARCHITECTURE.md'), 'utf8'));
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(base, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`),
  );
  return [...circlesOf(rooms), ...folders.flatMap((room) => wrongImports(base, rooms, room))];
}
