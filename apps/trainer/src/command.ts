import type { Context } from './context';
import { UsageError } from './errors';
import type { Arguments, Flags } from './flags';

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Names of what stands before the flags, e.g. FILE; `[FILE]` may be left out, `A…` stands for one or more. */
  readonly positionals: readonly string[];
  readonly flags: Flags;
  /** Flags of the example that help shows, after the name. */
  readonly example: string;
  /** More lines of help. */
  readonly details?: readonly string[];
  /** @returns the exit code */
  run(args: Arguments, context: Context): Promise<number>;
}

export const jsonFlag = { json: { help: 'print the result as JSON' } } as const;

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
};

export function commandHelp({ details, example, flags, name, positionals, summary }: Command): string {
  const rows = Object.entries({ ...flags, help: { help: 'print this' } }).map(
    ([flag, { value, help }]: [string, { value?: string; help: string }]) =>
      [`--${flag}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  const parts = [
    `noisesmith ${[name, ...positionals].join(' ')} [flags]`,
    `  ${summary}`,
    `Flags:\n${columns(rows)}`,
    ...(details ? [details.join('\n')] : []),
    `Example:\n  noisesmith ${name} ${example}`.trimEnd(),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, positionals, summary }) => [[name, ...positionals].join(' '), summary] as const);
  const parts = [
    'noisesmith COMMAND [flags]: pictures out of noise, trained and sampled on WebGPU and on WebAssembly',
    `Commands (noisesmith COMMAND --help says more):\n${columns(rows)}`,
    'noisesmith --version says which version this is',
    'Exit codes: 0 done, 1 the work failed, 2 the arguments or a file are wrong, 130 interrupted after a clean checkpoint (143 by SIGTERM, 129 by SIGHUP)',
    'Example:\n  noisesmith train --preset mnist',
  ];
  return `${parts.join('\n\n')}\n`;
}

/** @throws UsageError for too few or too many arguments */
export function checkPositionals(command: Command, { positionals }: Arguments): void {
  const expected = command.positionals;
  const repeated = expected.at(-1)?.endsWith('…') ?? false;
  const extra = positionals[expected.length];
  if (extra !== undefined && !repeated)
    throw new UsageError(`${command.name}: unexpected argument ${JSON.stringify(extra)}`);
  const missing = expected[positionals.length];
  if (missing !== undefined && !missing.startsWith('[')) {
    throw new UsageError(
      `${command.name}: ${missing.replace('…', '')} is missing; e.g. noisesmith ${command.name} ${command.example}`,
    );
  }
}
