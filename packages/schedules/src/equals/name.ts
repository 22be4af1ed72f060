import { ScheduleSpecError } from '../errors';
import { parseSchedule } from '../parse';

/** Another name that the curve of a schedule has. */
export interface EqualName {
  /** A spec, or what the curve is called elsewhere. */
  readonly name: string;
  /** Whether {@link parseSchedule} reads the name: the two then agree everywhere, floors and ends included. */
  readonly isSpec: boolean;
}

/** The values of one family with b, 1 without an input scale, and what the family says about them. */
export type EqualRule = (values: readonly (number | undefined)[], inputScale: number) => readonly EqualName[];

export const otherPaper = (name: string): EqualName => ({ name, isSpec: false });

/** Numbers in other papers' names: six digits. */
export const short = (value: number): string => String(+value.toPrecision(6));

/** `family@values`, undefined ones left out, with `~b` unless b is 1; nothing for values that the family refuses. */
export function specName(
  family: string,
  values: readonly (number | string | undefined)[],
  inputScale = 1,
): EqualName[] {
  const given = values.filter((value) => value !== undefined);
  const base = given.length === 0 ? family : `${family}@${given.join(',')}`;
  try {
    return [{ name: parseSchedule(inputScale === 1 ? base : `${base}~${inputScale}`).spec, isSpec: true }];
  } catch (error) {
    if (error instanceof ScheduleSpecError) return [];
    throw error;
  }
}
