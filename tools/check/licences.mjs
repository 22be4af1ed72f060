import { execFileSync } from 'node:child_process';
import { pnpmCommand } from '../setup/pnpm.mjs';
import { root } from '../setup/workspace.mjs';

/** Licences of what comes with a published package: whoever uses it has to name their authors and nothing more. */
const published = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];

/** And of what this repository alone is built and tested with. */
const inRepository = [...published, 'MPL-2.0', 'Python-2.0', 'LGPL-3.0-or-later', 'WTFPL', 'Unlicense'];

/** Packages whose manifest names a file, and what that file is. */
const read = new Map([['spawndamnit', 'MIT']]);

/**
 * @typedef {Record<string, readonly { name: string, versions: readonly string[] }[]>} Licences by licence, as
 *   `pnpm licenses list --json` says it
 */

/**
 * Licences of what is installed, by pnpm.
 * @param {string[]} args which dependencies
 * @returns {Licences}
 */
export function listLicences(args) {
  const [program = '', ...rest] = pnpmCommand(['licenses', 'list', '--json', ...args]);
  return JSON.parse(execFileSync(program, rest, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

/**
 * True for an expression of SPDX that can be met by licences of a list: one side of each OR, both of each AND, which binds
 * tighter.
 * @param {string} expression without brackets inside brackets
 * @param {readonly string[]} allowed
 */
const isMet = (expression, allowed) =>
  expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((side) => side.split(' AND ').every((licence) => allowed.includes(licence)));

/**
 * Dependencies whose licence asks for more than it may.
 * @param {Licences} listed
 * @param {'published' | 'repository'} use
 * @returns {string[]} a line each
 */
export function licenceProblems(listed, use) {
  const allowed = use === 'published' ? published : inRepository;
  return Object.entries(listed).flatMap(([licence, packages]) =>
    packages
      .filter(({ name }) => !isMet(read.get(name) ?? licence, allowed))
      .map(
        ({ name, versions }) =>
          `${name}@${versions.join(', ')}: licence ${JSON.stringify(licence)}, expected one of ${allowed.join(', ')}`,
      ),
  );
}
