import { DataError } from '@noisesmith/data';
import { FormatError } from '@noisesmith/formats';
import { ScheduleSpecError } from '@noisesmith/schedules';
import { DeviceError, LimitError } from '@noisesmith/tensor';
import { CheckpointError, SettingError, TrainingError } from '@noisesmith/training';

/** What the process says with its exit code. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The arguments or a file are wrong. One line: which, and the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Errors that stand for what the user gave: flags, configuration, data, files, or a network too large for the adapter. */
const userErrors = [
  UsageError,
  DataError,
  FormatError,
  ScheduleSpecError,
  SettingError,
  CheckpointError,
  LimitError,
] as const;

/** Errors that are expected to happen in good order: they are told in one line, without a stack. */
const failures = [TrainingError, DeviceError] as const;

const isOneOf = (error: unknown, kinds: readonly (abstract new (...args: never[]) => Error)[]): error is Error =>
  kinds.some((kind) => error instanceof kind);

const firstLine = (text: string): string => text.split('\n', 1)[0]!.trim();

/** The exit code of an error and what to print: one line, or the whole stack of an error that nobody foresaw. */
export function explain(error: unknown): { readonly exitCode: number; readonly text: string } {
  if (error instanceof LimitError) {
    const mend = 'use a smaller batch (--batch, or --set train.accumulation=N) or a smaller network';
    return { exitCode: exitCodes.usage, text: `${firstLine(error.message)}; ${mend}` };
  }
  if (isOneOf(error, userErrors)) return { exitCode: exitCodes.usage, text: firstLine(error.message) };
  if (isOneOf(error, failures)) return { exitCode: exitCodes.failed, text: firstLine(error.message) };
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code))
    return { exitCode: exitCodes.failed, text: firstLine(message) };
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
