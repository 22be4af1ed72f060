import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Whether `npm test` has just built what is published. */
export const isBuilt = process.env.NOISESMITH_BUILT === 'true';

/**
 * What node needs to run TypeScript, whatever the working folder: on the packages as they are published where `npm test`
 * has just built them, which starts faster, else on their sources.
 */
export const nodeArguments: readonly string[] = [
  ...(isBuilt ? [] : ['--conditions=@noisesmith/source']),
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
];

/** Runs a TypeScript file in a folder. @returns what it printed; rejects with its stderr when it fails */
export function runFile(file: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...nodeArguments, file], { cwd }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file}: ${error.message.split('\n', 1)[0]}\n${stderr}`));
      else resolve(stdout);
    });
  });
}
