import { DataError } from '@noisesmith/data';
import { FormatError, printable } from '@noisesmith/formats';
import { FileError, fileError } from '@noisesmith/formats/node';
import { MetricError } from '@noisesmith/metrics';
import { ScheduleSpecError } from '@noisesmith/schedules';
import { DeviceError, LimitError } from '@noisesmith/tensor';
import { CheckpointError, SettingError, TrainingError } from '@noisesmith/training';

/** What the process says with its exit code. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The arguments or a file are wrong. One line: which, and the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work failed, for a reason that one line tells. */
export class WorkError extends Error {
  override readonly name = 'WorkError';
}

/** Errors that stand for what the user gave: flags, configuration, data, files, or a network too large for the adapter. */
const userErrors = [
  UsageError,
  DataError,
  FormatError,
  MetricError,
  ScheduleSpecError,
  SettingError,
  CheckpointError,
  LimitError,
] as const;

/** Errors that are expected to happen in good order: they are told in one line, without a stack. */
const failures = [WorkError, TrainingError, DeviceError] as const;

const isOneOf = (error: unknown, kinds: readonly (abstract new (...args: never[]) => Error)[]): error is Error =>
  kinds.some((kind) => error instanceof kind);

const firstLine = (text: string): string => text.split('\n', 1)[0]!.trim();

/** Codes of file systems for which another path is no mend: the machine is short of something. */
const machineCodes: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE', 'EBUSY', 'ENOMEM'];

/** Calls of the system that only look. */
const readingCalls: readonly string[] = ['open', 'read', 'scandir', 'opendir', 'stat', 'lstat', 'realpath', 'readlink'];

/** A file system error that came as the system made it, by the path that it names; undefined for other errors. */
function asFileError(error: unknown): FileError | undefined {
  if (error instanceof FileError) return error;
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { dest, path, syscall } = error as NodeJS.ErrnoException & { dest?: string };
  const named = dest ?? path;
  if (named === undefined || syscall === undefined) return undefined;
  const found = fileError(named, readingCalls.includes(syscall) ? 'read' : 'write', error);
  return found instanceof FileError ? found : undefined;
}

/** The flags that a command has, by name. */
type KnownFlags = Readonly<Record<string, unknown>>;

/** How less memory is asked for, in flags that the command has. */
function smaller(flags: KnownFlags): string {
  if ('set' in flags) return '; use a smaller batch (--batch, or --set train.accumulation=N) or a smaller network';
  return 'batch' in flags ? '; use a smaller --batch' : '';
}

/**
 * The exit code of an error and what to print: one line, or the whole stack of an error that nobody foresaw. Names in it
 * cannot move the cursor of a terminal.
 * @param flags of the command that failed
 */
export function explain(error: unknown, flags: KnownFlags = {}): { readonly exitCode: number; readonly text: string } {
  const line = (exitCode: number, text: string) => ({ exitCode, text: printable(firstLine(text)) });
  if (error instanceof LimitError) return line(exitCodes.usage, `${firstLine(error.message)}${smaller(flags)}`);
  if (isOneOf(error, userErrors)) return line(exitCodes.usage, error.message);
  if (isOneOf(error, failures)) return line(exitCodes.failed, error.message);
  const file = asFileError(error);
  if (file) return line(machineCodes.includes(file.code) ? exitCodes.failed : exitCodes.usage, file.message);
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|ERR_FS_.*)$/.test(code)) return line(exitCodes.failed, message);
  return { exitCode: exitCodes.failed, text: stack ?? String(error) };
}

/** Runs something whose RangeErrors are about what the user gave, e.g. the name of a preset. */
export function userInput<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(firstLine(error.message)) : error;
  }
}
