// Reference: the two formats and their option names as sources.list(5) describes them; examples written by hand from it.
import { describe, expect, it } from 'vitest';
import { backportsSource, parseDeb822, parseOneLine } from './apt-sources.mjs';

const deb822 = `# Written by the installer
Types: deb deb-src
# a comment inside a stanza
URIs: http://mirror.example/debian
Suites: bookworm
# between a field and its continuation
 bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/example.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Enabled: yes

enabled: no
types: deb
uris: http://other.example/debian
suites: bookworm-backports
components: main
`;

describe('parseDeb822', () => {
  it('reads several stanzas, skips comments and disabled stanzas', () => {
    expect(parseDeb822(deb822)).toEqual([
      {
        types: ['deb', 'deb-src'],
        uris: ['http://mirror.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        options: { 'signed-by': '/usr/share/keyrings/example.gpg' },
      },
      {
        types: ['deb'],
        uris: ['http://mirror.example/debian-security'],
        suites: ['bookworm-security'],
        components: ['main'],
        options: {},
      },
    ]);
  });

  it('keeps an embedded key line for line', () => {
    const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQENBF\n -----END PGP PUBLIC KEY BLOCK-----';
    const [entry] = parseDeb822(
      `Types: deb\nURIs: http://a.example/d\nSuites: x\nComponents: main\nSigned-By:${key}\n`,
    );
    expect(entry?.options['signed-by']).toBe(key);
  });

  it('finds nothing in an empty file', () => {
    expect(parseDeb822('# nothing\n\n')).toEqual([]);
  });
});

describe('parseOneLine', () => {
  it('reads options under the names of their deb822 fields', () => {
    const line = 'deb [ arch=amd64,arm64 signed-by=/k.gpg arch+=i386 ] http://a.example/d bookworm main contrib # ours';
    expect(parseOneLine(line)).toEqual([
      {
        types: ['deb'],
        uris: ['http://a.example/d'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        options: { architectures: 'amd64 arm64', 'signed-by': '/k.gpg' },
      },
    ]);
  });

  it('reads plain lines and cdrom addresses, skips comments and noise', () => {
    const entries = parseOneLine(
      '# deb http://off.example/d a main\ndeb-src http://a.example/d bookworm main\n\nnoise\ndeb cdrom:[Debian 12 _Bookworm_]/ bookworm main\n',
    );
    expect(entries.map(({ types, uris, suites }) => [types, uris, suites])).toEqual([
      [['deb-src'], ['http://a.example/d'], ['bookworm']],
      [['deb'], ['cdrom:[Debian 12 _Bookworm_]/'], ['bookworm']],
    ]);
  });
});

describe('backportsSource', () => {
  it('takes server, components and key from the release, not from its security archive', () => {
    expect(backportsSource(parseDeb822(deb822).reverse(), 'bookworm')).toEqual({
      kind: 'add',
      stanza:
        'Types: deb\nUris: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main contrib\nSigned-By: /usr/share/keyrings/example.gpg\n',
    });
  });

  it('makes the same stanza from a one-line source, readable as deb822', () => {
    const source = backportsSource(
      parseOneLine('deb [arch=amd64 signed-by=/k.gpg] http://a.example/d trixie main'),
      'trixie',
    );
    expect(parseDeb822(source.kind === 'add' ? source.stanza : '')).toEqual([
      {
        types: ['deb'],
        uris: ['http://a.example/d'],
        suites: ['trixie-backports'],
        components: ['main'],
        options: { architectures: 'amd64', 'signed-by': '/k.gpg' },
      },
    ]);
  });

  it('carries an embedded key through', () => {
    const text =
      'Types: deb\nURIs: http://a.example/d\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc\n';
    const source = backportsSource(parseDeb822(text), 'sid');
    expect(parseDeb822(source.kind === 'add' ? source.stanza : '')[0]?.options).toEqual(parseDeb822(text)[0]?.options);
  });

  it('adds nothing where backports are among the sources', () => {
    const text = 'deb http://a.example/d bookworm main\ndeb http://b.example/d bookworm-backports main';
    expect(backportsSource(parseOneLine(text), 'bookworm')).toEqual({ kind: 'present' });
  });

  it.each([
    ['only source packages', 'deb-src http://a.example/d bookworm main'],
    ['another release', 'deb http://a.example/d bullseye main'],
    ['a third party under the release name', 'deb http://a.example/d bookworm stable'],
    ['a cdrom', 'deb cdrom:[Debian]/ bookworm main'],
  ])('does not guess a server from %s', (_, text) => {
    expect(backportsSource(parseOneLine(text), 'bookworm')).toEqual({ kind: 'unknown' });
  });
});
