import { parseArgs } from 'node:util';
import { suggestion } from '@noisesmith/runs';
import { UsageError } from './errors';

export interface Flag {
  /** What stands for the value in the help text; absent: a switch without value. */
  readonly value?: string;
  /** The value may be left out, and is then empty. */
  readonly optional?: boolean;
  readonly help: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What was typed after the name of a command. */
export class Arguments {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: ReadonlyMap<string, readonly string[]>,
  ) {}

  has(flag: string): boolean {
    return this.values.has(flag);
  }

  /** The value of a flag, the last one if it was repeated. */
  text(flag: string): string | undefined {
    return this.values.get(flag)?.at(-1);
  }

  texts(flag: string): readonly string[] {
    return this.values.get(flag) ?? [];
  }

  /** @throws UsageError when the flag was not given */
  required(flag: string): string {
    const found = this.text(flag);
    if (found === undefined) throw new UsageError(`--${flag} is missing`);
    return found;
  }

  /** @throws UsageError for text that is no finite number */
  number(flag: string): number | undefined {
    const text = this.text(flag);
    return text === undefined ? undefined : parseNumber(`--${flag}`, text);
  }

  /** @throws UsageError for text that is no whole number of at least `least` */
  whole(flag: string, least: number): number | undefined {
    const value = this.number(flag);
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new UsageError(`--${flag} is ${this.text(flag)}; expected a whole number of at least ${least}`);
    }
    return value;
  }
}

/** @throws UsageError naming `what` */
export function parseNumber(what: string, text: string): number {
  const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new UsageError(`${what} is ${JSON.stringify(text)}; expected a number`);
  return value;
}

/** Gives flags whose value is left out an empty one: the next word is theirs unless it is a flag. */
function withEmptyValues(args: readonly string[], flags: Flags): string[] {
  return args.map((word, i) => {
    const isOptional = word.startsWith('--') && Object.hasOwn(flags, word.slice(2)) && flags[word.slice(2)]!.optional;
    return isOptional && (args[i + 1] ?? '--').startsWith('--') ? `${word}=` : word;
  });
}

/**
 * Reads the arguments of one command.
 * @throws UsageError, one line, for an unknown flag (with the nearest known one), a missing or an unwanted value
 */
export function parseFlags(args: readonly string[], flags: Flags): Arguments {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string' } as const,
    ]),
  );
  const { tokens } = parseArgs({
    args: withEmptyValues(args, flags),
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const flag: Flag | undefined =
      name === 'help' ? { help: '' } : Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (!flag) {
      const known = Object.keys(flags).map((flagName) => `--${flagName}`);
      throw new UsageError(`unknown flag ${rawName}${suggestion(rawName, known)}`);
    }
    if (flag.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value`);
    if (flag.value !== undefined && (value === undefined || (!token.inlineValue && value.startsWith('--')))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
    }
    const earlier = values.get(name);
    if (earlier && flag.value !== undefined && !flag.repeatable) throw new UsageError(`${rawName} is given twice`);
    values.set(name, [...(earlier ?? []), value ?? '']);
  }
  return new Arguments(positionals, values);
}
