import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const loader = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * What Node needs to run the command line in a process of its own: what was built where `npm test` has just built it, which
 * starts several times as fast, else its source.
 */
export const cliArguments: readonly string[] =
  process.env.NOISESMITH_BUILT === 'true'
    ? [fileOf('../dist/main.js')]
    : ['--conditions=@noisesmith/source', '--import', loader(), fileOf('../src/main.ts')];
