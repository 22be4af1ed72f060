import type { Plugin } from 'vite';

/**
 * What a server says for the page to be cross-origin isolated, without which browsers share no memory between threads. Every
 * file has to come with them: a worker whose script does not is not started by a page that does.
 */
export const isolationHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The same as a file `_headers`, which hosts of plain files such as Netlify and Cloudflare Pages read at a site's root. */
const headersFile = (): string =>
  ['/*', ...Object.entries(isolationHeaders).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');

/** Puts them into the answers of Vite's servers, and beside the built page. */
export const isolation: Plugin = {
  name: 'isolation',
  config: () => ({ server: { headers: { ...isolationHeaders } }, preview: { headers: { ...isolationHeaders } } }),
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
  },
};
