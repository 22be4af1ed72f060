import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ContestantArguments, formatArguments, type Measurement, parseMeasurement } from './protocol';
import { takeTurns } from './take-turns';
import { Turns } from './turns';

/** How a contestant fared with a job: a measurement, or the reason why there is none. */
export type Outcome = { name: string } & ({ result: Measurement } | { failure: string });

export interface RunOptions {
  /** How long it may take, while it has the turn. */
  readonly timeoutMs: number;
  /** Shared with the contestants that it takes turns with. */
  readonly turns?: Turns;
  /** Keeps the turn until it ends. */
  readonly apart?: boolean;
  /** When its process is started. */
  readonly onStart?: () => void;
}

const script = fileURLToPath(new URL('../contestant.ts', import.meta.url));

/**
 * Runs a contestant in its own process, so that nobody inherits another's caches, globals or device. What it prints on
 * stderr is passed on. Never rejects: whatever goes wrong becomes the outcome's failure.
 */
export async function runContestant(
  args: ContestantArguments,
  { timeoutMs, turns = new Turns(), apart = false, onStart }: RunOptions,
): Promise<Outcome> {
  const name = args.contestant;
  const end = await turns.take();
  onStart?.();
  const child = spawn(
    process.execPath,
    ['--conditions=@noisesmith/source', '--import', 'tsx', '--expose-gc', script, ...formatArguments(args)],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  takeTurns(child, { end, turns: apart ? undefined : turns, timeoutMs });
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  return await new Promise((resolve) => {
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
