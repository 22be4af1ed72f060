import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ContestantArguments, formatArguments, parseResult } from './protocol';
import type { Outcome } from './table';

/** Every contestant: its name and the script that speaks the protocol of protocol.ts. */
export const contestants: ReadonlyMap<string, URL> = new Map([
  ['noisesmith', new URL('./peers/noisesmith.ts', import.meta.url)],
  ['tfjs-webgpu', new URL('./peers/tfjs.ts', import.meta.url)],
]);

/**
 * The names in a comma-separated list, in the order given.
 * @throws Error for a name that is not a contestant's
 */
export function selectContestants(list: string): string[] {
  return list.split(',').map((entry) => {
    const name = entry.trim();
    if (!contestants.has(name)) {
      const known = [...contestants.keys()].join(', ');
      throw new Error(`--contestants: unknown contestant ${JSON.stringify(name)}, expected one or more of ${known}`);
    }
    return name;
  });
}

/**
 * Runs a contestant in its own process, so that nobody inherits another's caches, globals or device. What it prints on
 * stderr is passed on. Never rejects: whatever goes wrong becomes the outcome's failure.
 */
export function runContestant(name: string, args: ContestantArguments, timeoutMs: number): Promise<Outcome> {
  const script = fileURLToPath(contestants.get(name)!);
  const child = spawn(
    process.execPath,
    ['--conditions=@noisesmith/source', '--import', 'tsx', script, ...formatArguments(args)],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    },
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ name, failure: error.message }));
    child.on('close', (status, signal) => {
      if (signal !== null)
        resolve({ name, failure: `ended by ${signal} (the limit is ${timeoutMs / 60_000} minutes)` });
      else if (status !== 0) resolve({ name, failure: `exit status ${status}` });
      else {
        try {
          resolve({ name, result: parseResult(Buffer.concat(chunks).toString('utf8')) });
        } catch (error) {
          resolve({ name, failure: error instanceof Error ? error.message : String(error) });
        }
      }
    });
  });
}
