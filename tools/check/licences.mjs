/** Licences of what comes with a published package: whoever uses it has to name their authors and nothing more. */
const published = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];

/** And of what this repository alone is built and tested with. */
const inRepository = [
  ...published,
  'Apache-2.0 AND MIT',
  'MIT OR Apache-2.0',
  'MPL-2.0',
  'Python-2.0',
  'LGPL-3.0-or-later',
];

/** Packages whose manifest names a file, and what that file is. */
const read = new Map([['spawndamnit', 'MIT']]);

/**
 * @typedef {Record<string, readonly { name: string, versions: readonly string[] }[]>} Licences by licence, as
 *   `pnpm licenses list --json` says it
 */

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
      .filter(({ name }) => !allowed.includes(read.get(name) ?? licence))
      .map(
        ({ name, versions }) =>
          `${name}@${versions.join(', ')}: licence ${JSON.stringify(licence)}, expected one of ${allowed.join(', ')}`,
      ),
  );
}
