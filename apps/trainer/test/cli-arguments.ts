import { fileURLToPath } from 'node:url';
import { isBuilt, nodeArguments } from '../../../examples/testing/run-example';

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * What Node needs to run the command line in a process of its own: what was built where `npm test` has just built it, which
 * starts several times as fast, else its source.
 */
export const cliArguments: readonly string[] = isBuilt
  ? [fileOf('../dist/main.js')]
  : [...nodeArguments, fileOf('../src/main.ts')];
