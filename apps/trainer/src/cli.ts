import { suggestion } from '@noisesmith/runs';
import { checkPositionals, commandHelp, programHelp } from './command';
import { bench } from './commands/bench';
import { conformance } from './commands/conformance';
import { doctor } from './commands/doctor';
import { inspect } from './commands/inspect';
import { sample } from './commands/sample';
import { schedule } from './commands/schedule';
import { train } from './commands/train';
import { tune } from './commands/tune';
import type { Context } from './context';
import { exitCodes, explain, UsageError } from './errors';
import { parseFlags } from './flags';

export const commands = [doctor, tune, train, sample, schedule, inspect, bench, conformance] as const;

async function dispatch([name, ...rest]: readonly string[], context: Context): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.out(programHelp(commands));
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const known = commands.map((candidate) => candidate.name);
    throw new UsageError(`unknown command ${JSON.stringify(name)}${suggestion(name, known)}`);
  }
  const args = parseFlags(rest, command.flags);
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
export async function runCli(argv: readonly string[], context: Context): Promise<number> {
  try {
    return await dispatch(argv, context);
  } catch (error) {
    const { exitCode, text } = explain(error);
    context.err(`noisesmith: ${text}\n`);
    return exitCode;
  }
}
