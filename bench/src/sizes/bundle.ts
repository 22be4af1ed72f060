import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes of a file as it is sent: minified where it is a script, compressed by gzip at its highest level. */
export interface Size {
  readonly plain: number;
  readonly gzip: number;
}

export interface Bundled extends Size {
  readonly text: string;
  /** Names that the entry exports. */
  readonly exports: readonly string[];
}

export const sizeOf = (bytes: Uint8Array): Size => ({
  plain: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
});

/**
 * One script for browsers of an entry and of all that it imports.
 * @param entry source text
 * @param folder where its imports are resolved
 */
export async function bundle(entry: string, folder: string): Promise<Bundled> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: entry, resolveDir: folder },
    outfile: 'bundle.js',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  return { ...sizeOf(file!.contents), text: file!.text, exports: output!.exports };
}

export const sizeOfFile = (path: string): Size => sizeOf(readFileSync(path));
