import { suggestion } from '@noisesmith/runs';
import { type Command, checkPositionals, commandHelp, programHelp } from './command';
import { bench } from './commands/bench';
import { conformance } from './commands/conformance';
import { doctor } from './commands/doctor';
import { evaluation } from './commands/eval';
import { features } from './commands/features';
import { inspect } from './commands/inspect';
import { merge } from './commands/merge';
import { sample } from './commands/sample';
import { schedule } from './commands/schedule';
import { stats } from './commands/stats';
import { train } from './commands/train';
import { tune } from './commands/tune';
import { view } from './commands/view';
import { weights } from './commands/weights';
import type { Context } from './context';
import { exitCodes, explain, UsageError } from './errors';
import { parseFlags } from './flags';
import { version } from './version';
import { welcome } from './welcome';

export const commands: readonly Command[] = [
  doctor,
  tune,
  train,
  view,
  sample,
  evaluation,
  stats,
  features,
  merge,
  weights,
  schedule,
  inspect,
  bench,
  conformance,
];

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const known = commands.map((candidate) => candidate.name);
  throw new UsageError(`unknown command ${JSON.stringify(name)}${suggestion(name, known)}`);
}

function runCommand(command: Command, words: readonly string[], context: Context): number | Promise<number> {
  const args = parseFlags(words, command.flags);
  if (args.has('help')) {
    context.out(commandHelp(command));
    return exitCodes.done;
  }
  checkPositionals(command, args);
  return command.run(args, context);
}

/**
 * Runs one command line.
 * @param argv what was typed after `noisesmith`
 * @returns the exit code; errors have been printed
 */
export async function runCli([name, ...rest]: readonly string[], context: Context): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    context.out(programHelp(commands));
    return exitCodes.done;
  }
  if (name === '--version' || name === '-v') {
    context.out(`noisesmith ${version()}\n`);
    return exitCodes.done;
  }
  let command: Command | undefined;
  try {
    if (name === undefined) return await welcome(context);
    command = findCommand(name);
    return await runCommand(command, rest, context);
  } catch (error) {
    const { exitCode, text } = explain(error, command?.flags);
    context.err(`noisesmith: ${text}\n`);
    return exitCode;
  }
}
