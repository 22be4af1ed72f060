import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} AptEntry one source of packages, whichever of apt's two formats it was written in
 * @property {string[]} types `deb`, `deb-src`
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {Record<string, string>} options other deb822 fields by lower-case name (`signed-by`, `architectures`);
 *   values keep their continuation lines, as an embedded key needs them
 */

/** deb822 fields that an entry holds apart from its options. */
const ownFields = ['types', 'uris', 'suites', 'components', 'enabled'];

/** Options of the one-line format whose deb822 field has another name. */
const fieldOfOption = new Map([
  ['arch', 'architectures'],
  ['lang', 'languages'],
  ['target', 'targets'],
]);

/** @param {string | undefined} text */
function words(text) {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/**
 * Parses a `.sources` file (deb822, see sources.list(5)); disabled stanzas are left out.
 * @param {string} text
 * @returns {AptEntry[]}
 */
export function parseDeb822(text) {
  /** @type {Record<string, string>[]} */
  const stanzas = [{}];
  let field = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const stanza = /** @type {Record<string, string>} */ (stanzas.at(-1));
    const colon = line.indexOf(':');
    if (line.trim() === '') {
      stanzas.push({});
      field = '';
    } else if (/^[ \t]/.test(line)) {
      if (field !== '') stanza[field] += `\n${line}`;
    } else if (colon > 0) {
      field = line.slice(0, colon).trim().toLowerCase();
      stanza[field] = line.slice(colon + 1).trim();
    }
  }
  return stanzas
    .filter((stanza) => stanza.types && !/^(no|false|off|0|without|disable)$/i.test(stanza.enabled ?? ''))
    .map((stanza) => ({
      types: words(stanza.types),
      uris: words(stanza.uris),
      suites: words(stanza.suites),
      components: words(stanza.components),
      options: Object.fromEntries(Object.entries(stanza).filter(([name]) => !ownFields.includes(name))),
    }));
}

/**
 * Parses a `.list` file (one source a line, see sources.list(5)).
 * @param {string} text
 * @returns {AptEntry[]}
 */
export function parseOneLine(text) {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(.+)$/.exec(line.replace(/#.*$/, ''));
    if (!match) return [];
    const [, type = '', optionText, rest = ''] = match;
    // A cdrom address holds blanks inside brackets.
    const [uri, suite, ...components] = rest.match(/(?:\[[^\]]*\]|[^\s[])+/g) ?? [];
    if (!uri || !suite) return [];
    /** @type {Record<string, string>} */
    const options = {};
    for (const option of words(optionText)) {
      // `arch+=` and `arch-=` change a default and have no plain field to go to.
      const pair = /^([a-z-]*[a-z])=(.+)$/i.exec(option);
      if (!pair) continue;
      const name = (pair[1] ?? '').toLowerCase();
      options[fieldOfOption.get(name) ?? name] = (pair[2] ?? '').replaceAll(',', ' ');
    }
    return [{ types: [type], uris: [uri], suites: [suite], components, options }];
  });
}

/**
 * The machine's sources.
 * @param {string} [folder] apt's configuration folder
 * @returns {{ entries: AptEntry[], partFiles: string[] }} the entries, and the files of `sources.list.d` with full path
 */
export function readAptSources(folder = '/etc/apt') {
  /** @type {string[]} */
  let names = [];
  try {
    names = readdirSync(join(folder, 'sources.list.d'));
  } catch {
    // A machine may have none.
  }
  const partFiles = names
    .filter((name) => /\.(list|sources)$/.test(name))
    .map((name) => join(folder, 'sources.list.d', name));
  const entries = [join(folder, 'sources.list'), ...partFiles].flatMap((path) => {
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return [];
    }
    return path.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
  });
  return { entries, partFiles };
}

/**
 * How to reach a release's backports from the sources a machine has.
 * @param {AptEntry[]} entries
 * @param {string} codename the release, e.g. `bookworm`
 * @returns {{ kind: 'present' } | { kind: 'add', stanza: string } | { kind: 'unknown' }} already among the sources; a deb822
 *   stanza on the same server with the same options (keys, architectures); or no source of this release to take them from
 */
export function backportsSource(entries, codename) {
  const suite = `${codename}-backports`;
  const binary = entries.filter(
    (entry) => entry.types.includes('deb') && !entry.uris.some((uri) => uri.startsWith('cdrom:')),
  );
  if (binary.some((entry) => entry.suites.includes(suite))) return { kind: 'present' };
  const archive = binary.find((entry) => entry.suites.includes(codename) && entry.components.includes('main'));
  if (!archive) return { kind: 'unknown' };
  const fields = [
    ['types', 'deb'],
    ['uris', archive.uris.join(' ')],
    ['suites', suite],
    ['components', archive.components.join(' ')],
    ...Object.entries(archive.options),
  ];
  const title = (/** @type {string} */ name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  return { kind: 'add', stanza: `${fields.map(([name = '', value]) => `${title(name)}: ${value}`).join('\n')}\n` };
}
