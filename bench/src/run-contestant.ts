import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ContestantArguments, formatArguments, type Measurement, parseMeasurement } from './protocol';

/** How a contestant fared with a job: a measurement, or the reason why there is none. */
export type Outcome = { name: string } & ({ result: Measurement } | { failure: string });

const script = fileURLToPath(new URL('../contestant.ts', import.meta.url));

/**
 * Runs a contestant in its own process, so that nobody inherits another's caches, globals or device. What it prints on
 * stderr is passed on. Never rejects: whatever goes wrong becomes the outcome's failure.
 */
export function runContestant(args: ContestantArguments, timeoutMs: number): Promise<Outcome> {
  const name = args.contestant;
  const child = spawn(
    process.execPath,
    ['--conditions=@noisesmith/source', '--import', 'tsx', '--expose-gc', script, ...formatArguments(args)],
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
          resolve({ name, result: parseMeasurement(Buffer.concat(chunks).toString('utf8')) });
        } catch (error) {
          resolve({ name, failure: error instanceof Error ? error.message : String(error) });
        }
      }
    });
  });
}
