import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliArguments } from '../../apps/trainer/test/cli-arguments';
import { nodeArguments, root } from '../../examples/testing/run-example';

/** Scripts of the root package.json. */
export const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Readonly<
  Record<string, string>
>;

/** What a process printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node. @returns what it printed; rejects with its stderr unless it exits with `exitCode` */
export function runNode(args: readonly string[], cwd: string, exitCode = 0): Promise<Printed> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (code === exitCode) resolve({ stdout, stderr });
      else reject(new Error(`node ${args.join(' ')}: exit code ${code}, expected ${exitCode}\n${stderr}`));
    });
  });
}

/** Runs a TypeScript file of the repository. */
const runSource = (file: string, args: readonly string[], cwd: string): Promise<Printed> =>
  runNode([...nodeArguments, join(root, file), ...args], cwd);

/** What `npm run noisesmith -- ...args` runs. */
export const runCli = (args: readonly string[], cwd: string): Promise<Printed> =>
  runNode([...cliArguments, ...args], cwd);

/** A function that is asked anew only for what it was not asked yet. */
function once<T>(ask: (what: string) => Promise<T>): (what: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (what) => {
    const answer = answers.get(what) ?? ask(what);
    answers.set(what, answer);
    return answer;
  };
}

/** What a file of the root can run, asked with a word that it does not know, in its own words. */
export const runnable = once(async (file): Promise<readonly string[]> => {
  const { stderr } = await runNode([join(root, file), 'nothing'], root, 1);
  const list = /expected one of (.*)$/m.exec(stderr)?.[1];
  if (!list) throw new Error(`${file} does not say what it can run: ${stderr}`);
  return list.split(', ');
});

/** The help text of a TypeScript file of the repository, or of what the words behind it ask of that file. */
export const sourceHelp = once(async (command) => {
  const [file, ...words] = command.split(' ');
  return (await runSource(file!, [...words, '--help'], root)).stdout;
});

/** A script that is a tool's own command: the help text of the tool. */
export const toolHelp = once(async (script): Promise<string> => {
  const tool = scripts[script]!.split(' ')[0]!;
  const owners: Readonly<Record<string, string>> = {
    changeset: '@changesets/cli',
    biome: '@biomejs/biome',
    tsc: 'typescript',
  };
  const folder = join(root, 'node_modules', owners[tool] ?? tool);
  if (!existsSync(folder)) throw new Error(`npm run ${script}: ${tool} is not installed`);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const path = typeof bin === 'string' ? bin : bin[tool]!;
  const { stderr, stdout } = await runNode([join(folder, path), '--help'], root);
  return stdout + stderr;
});
