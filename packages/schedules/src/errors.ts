/**
 * A schedule spec string, or the parameters it stands for, is not valid. The message is one line that names the
 * spec, the part of it that is wrong, and what was expected there.
 */
export class ScheduleSpecError extends Error {
  override readonly name = 'ScheduleSpecError';

  constructor(
    /** The spec as it was given. */
    readonly spec: string,
    /** What is wrong, e.g. `unknown family "cosin"`. */
    readonly problem: string,
    /** What would have been accepted. */
    readonly expected: string,
  ) {
    super(`bad schedule spec ${JSON.stringify(spec)}: ${problem}; expected ${expected}`);
  }
}
