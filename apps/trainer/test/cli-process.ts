import { type ChildProcess, spawn } from 'node:child_process';
import { cliArguments } from './cli-arguments';
import { temporaryFolder } from './cli-run';

/** The command line as a process of its own. */
export interface CliProcess {
  readonly child: ChildProcess;
  /** What was printed to each stream that is a pipe, so far. */
  readonly text: { out: string; err: string };
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves when `text` says that something has happened; rejects when the process ends before that. */
  until(is: (text: CliProcess['text']) => boolean): Promise<void>;
}

export interface CliProcessOptions {
  /** Pipes unless given; a number is a file descriptor. */
  readonly out?: 'pipe' | number;
  readonly err?: 'pipe' | number;
  /** A module in text that is run before the command line. */
  readonly before?: string;
}

export function startCli(
  argv: readonly string[],
  { out = 'pipe', err = 'pipe', before }: CliProcessOptions = {},
): CliProcess {
  // A table that the user of this machine has would change the last digits.
  const env = { ...process.env, XDG_CACHE_HOME: temporaryFolder() };
  const first = before === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(before)}`];
  const child = spawn(process.execPath, [...first, ...cliArguments, ...argv], { stdio: ['ignore', out, err], env });
  const text = { out: '', err: '' };
  const changed = new Set<() => void>();
  const collect = (name: 'out' | 'err') => (piece: Buffer) => {
    text[name] += String(piece);
    for (const call of changed) call();
  };
  child.stdout?.on('data', collect('out'));
  child.stderr?.on('data', collect('err'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const until: CliProcess['until'] = (is) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!is(text)) return;
        changed.delete(check);
        resolve();
      };
      changed.add(check);
      void ended.then((code) => reject(new Error(`ended with ${code}: ${text.err}`)));
      check();
    });
  return { child, text, ended, until };
}
