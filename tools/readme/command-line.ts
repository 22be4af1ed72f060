import { codeSpans, type Document, type Fence } from './markdown';

/** A line of a sh block, e.g. `npm run noisesmith -- doctor --json`. */
export interface CommandLine {
  /** Document and line of its block. */
  readonly place: string;
  readonly text: string;
  /** Script of package.json. */
  readonly script: string;
  /** What npm passes on to the script. */
  readonly args: readonly string[];
}

const unknown = (place: string, text: string, why: string): never => {
  throw new Error(`${place}: '${text}': ${why}; expected npm test, or npm run SCRIPT, and arguments after --`);
};

/**
 * Reads the command lines of a sh block; comments are dropped.
 * @throws Error for a line that is no plain call of one of the repository's scripts, because nothing would run it
 */
export function parseCommandLines({ place, text }: Fence): CommandLine[] {
  return text.split('\n').flatMap((line) => {
    const command = line.replace(/(^|\s)#.*$/, '').trim();
    return command === '' ? [] : [parseCommandLine(place, command)];
  });
}

function parseCommandLine(place: string, text: string): CommandLine {
  if (/[|&;<>()$`\\"'*?[\]{}~]/.test(text)) return unknown(place, text, 'it needs a shell');
  const [program, ...words] = text.split(/\s+/);
  if (program !== 'npm') return unknown(place, text, `the program is ${program}`);
  const script = words[0] === 'run' ? words[1] : words[0] === 'test' ? 'test' : undefined;
  if (script === undefined) return unknown(place, text, 'it runs no script');
  const rest = words.slice(words[0] === 'run' ? 2 : 1);
  if (rest.length > 0 && rest[0] !== '--') return unknown(place, text, `npm itself would take ${rest[0]}`);
  return { place, text, script, args: rest.slice(1) };
}

/** A command that a sentence names: of the benchmark, of the command line, or of the tests. */
export interface NamedCommand {
  /** The document. */
  readonly place: string;
  readonly text: string;
  readonly program: 'bench' | 'noisesmith' | 'test';
  readonly args: readonly string[];
}

const programs = [
  ['bench', /^npm run bench -- (.*)/],
  ['noisesmith', /^(?:npm run noisesmith -- |npx noisesmith |noisesmith )(.*)/],
  ['test', /^npm test -- (.*)/],
] as const;

/** Those in the code spans and the indented lines of a document. */
export const namedCommands = ({ name, prose }: Document): NamedCommand[] => {
  const indented = prose.filter((line) => /^ {4}npm /.test(line));
  return [...codeSpans(prose.join('\n')), ...indented].flatMap((span) => {
    const text = span.trim().replace(/\s+/g, ' ');
    return programs.flatMap(([program, form]) => {
      const args = form.exec(text)?.[1]?.split(' ');
      return args && !/^[A-Z]/.test(args[0]!) ? [{ place: name, text, program, args }] : [];
    });
  });
};
