import { ScheduleSpecError } from './errors';

/** Prints `family@a,b,c`, leaving out trailing optional values that equal their defaults. */
export function printSpec(
  family: string,
  required: readonly (number | boolean)[],
  optional: readonly { value: number; otherwise: number }[] = [],
): string {
  let kept = optional.length;
  while (kept > 0 && optional[kept - 1]!.value === optional[kept - 1]!.otherwise) kept--;
  const values = [...required, ...optional.slice(0, kept).map((o) => o.value)];
  return values.length === 0 ? family : `${family}@${values.map(String).join(',')}`;
}

/** Throws a {@link ScheduleSpecError} unless `ok`. */
export function requireParameter(ok: boolean, spec: string, name: string, value: number, expected: string): void {
  if (!ok) throw new ScheduleSpecError(spec, `${name} is ${value}`, `${name} ${expected}`);
}

export function requireFinite(spec: string, name: string, value: number): void {
  requireParameter(Number.isFinite(value), spec, name, value, 'to be a finite number');
}

export function requirePositive(spec: string, name: string, value: number): void {
  requireParameter(value > 0 && Number.isFinite(value), spec, name, value, 'to be a finite number above 0');
}

export function requireClip(spec: string, clipMin: number): void {
  requireParameter(clipMin >= 0 && clipMin < 1, spec, 'clipMin', clipMin, 'in [0, 1)');
}
